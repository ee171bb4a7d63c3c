import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { placeFolders } from '../../../../src/engine/models/places/placeFolders';

const home = '/home/somebody';
const folders = (env: Record<string, string>, platform: NodeJS.Platform = 'linux') =>
  placeFolders({ env, home, platform });

describe('the cache of the hub', () => {
  test.each([
    [{}, join(home, '.cache/huggingface/hub')],
    [{ XDG_CACHE_HOME: '/xdg' }, '/xdg/huggingface/hub'],
    [{ XDG_CACHE_HOME: '/xdg', HF_HOME: '/hf' }, '/hf/hub'],
    [{ HF_HOME: '/hf', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
    [{ HF_HOME: '/hf', HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '/new' }, '/new'],
    [{ HF_HOME: '~/hf' }, join(home, 'hf/hub')],
    [{ HF_HUB_CACHE: '' }, join(home, '.cache/huggingface/hub')],
  ])('%j is %s', (env, path) => {
    expect(folders(env as Record<string, string>).hub).toEqual([path]);
  });
});

test('Ollama has two, or the one that is named', () => {
  const service = '/usr/share/ollama/.ollama/models';
  expect(folders({}).ollama).toEqual([join(home, '.ollama/models'), service]);
  expect(folders({ OLLAMA_MODELS: '/own' }).ollama).toEqual(['/own']);
});

test('LM Studio has its own, and that of old versions', () => {
  expect(folders({})['lm-studio'][0]).toBe(join(home, '.lmstudio/models'));
});

test.each([
  [{}, 'linux', join(home, '.cache/llama.cpp')],
  [{ XDG_CACHE_HOME: '/xdg' }, 'linux', '/xdg/llama.cpp'],
  [{ XDG_CACHE_HOME: '/xdg' }, 'darwin', join(home, 'Library/Caches/llama.cpp')],
  [{ LOCALAPPDATA: '/local' }, 'win32', '/local/llama.cpp'],
  [{ LLAMA_CACHE: '/llama' }, 'darwin', '/llama'],
] as const)('llama.cpp: %j on %s is %s', (env, platform, path) => {
  expect(folders({ ...env }, platform)['llama.cpp']).toEqual([path]);
});
