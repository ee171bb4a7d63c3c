// The tiny models that real servers served when their answers were recorded, and what they were asked.
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Document } from '../../src/engine/documents/document';
import { Model } from '../../src/engine/models/model';
import { scoreTokens } from '../../src/engine/scoring/tokensPass';
import { addressText } from '../../src/servers/address';
import type { SendToServer } from '../../src/servers/transport';
import { goldenArchitecture, writeCheckpoint } from './checkpoints';
import { ggufOfFamily, goldenGgufs } from './ggufFamilies';
import { models } from './paths';

/** No more tokens than two requests have whatever the time takes: as many requests each time. */
export const SERVED_TEXT = 'the lamp stood on a road';
/** The name of the GGUF file, and so of the model. */
export const SERVED = 'tiny-llama.gguf';

/** Returns the path. */
export function writeServedGguf(path: string): string {
  writeFileSync(path, ggufOfFamily(goldenGgufs.cases.llama!));
  return path;
}

/** With one head of 32, the smallest that vLLM computes without a GPU, and the built-in model's tokenizer. Returns the folder. */
export function writeServedCheckpoint(folder: string): string {
  const { config, tensors, ...golden } = goldenArchitecture('llama');
  const heads = { num_attention_heads: 1, num_key_value_heads: 1, head_dim: 32 };
  const sizes = { vocab_size: 8192, max_position_embeddings: 512 };
  const own: [string, [number[], number, number]][] = [];
  for (const [name, [[rows, ...rest], center, scale]] of Object.entries(tensors)) {
    const isOfVocabulary = rows === config.vocab_size;
    const resized = isOfVocabulary ? sizes.vocab_size : /[kv]_proj/.test(name) ? 32 : rows!;
    own.push([name, [[resized, ...rest], center, scale]]);
  }
  writeCheckpoint(folder, {
    ...golden,
    config: { ...config, architectures: ['LlamaForCausalLM'], ...sizes, ...heads },
    tensors: Object.fromEntries(own),
  });
  const tokenizer = 'tokenizer.json';
  copyFileSync(join(models, 'coder', tokenizer), join(folder, tokenizer));
  const tokenizerConfig = { tokenizer_class: 'PreTrainedTokenizerFast' };
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(tokenizerConfig));
  return folder;
}

const { signal } = new AbortController();

/**
 * Everything that is asked of a server: scores of a text, the next token's distribution or its likeliest, and a
 * continuation. `tokenizer`: a GGUF file or a folder.
 */
export async function askServer(base: string, tokenizer: string, send: SendToServer) {
  const noRuntime = () => {
    throw new Error('a server needs no runtime');
  };
  const address = addressText({ base, tokenizer });
  const model = await Model.open(address, 512, noRuntime, undefined, { send });
  const document = new Document('a', 0, SERVED_TEXT);
  const run = { visible: [], maxTokens: Infinity, signal, onScored: () => {} };
  await scoreTokens(model, document, run, 8);
  const { ids } = document.tokensBy(model.tokenizer);
  const { scores } = document.scoresOf(0, ids.length);
  const [next] = await model.asTokenModel(signal).rows([...ids], [{ parent: -1, token: -1 }], [0]);
  const rule = { temperature: 0, topP: 1, maxTokens: 4, seeds: Uint32Array.of(7) };
  const [written] = await model.sample([...ids], rule, signal);
  return { model, ids, scores, next: next!, written: written! };
}
