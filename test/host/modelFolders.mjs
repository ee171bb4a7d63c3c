// Where the extension under test looks for models of other programs: below a folder of the test's own.
import { join } from 'node:path';

/**
 * @param {string} home
 * @returns {Record<string, string>} variables of the environment
 */
export function modelFolders(home) {
  return {
    HOME: home,
    OLLAMA_MODELS: join(home, '.ollama/models'),
    HF_HUB_CACHE: join(home, '.cache/huggingface/hub'),
    LLAMA_CACHE: join(home, '.cache/llama.cpp'),
    TOKENSCOPE_CACHE: join(home, '.cache/tokenscope'),
  };
}
