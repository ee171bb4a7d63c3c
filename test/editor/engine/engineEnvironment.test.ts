import { expect, test } from 'vitest';
import { engineEnvironment } from '../../../src/editor/engine/engineEnvironment';

test('what finds programs, models and the network passes; keys of other programs do not', () => {
  const passed = {
    PATH: '/bin',
    Path: 'C:\\Windows',
    LC_ALL: 'C.UTF-8',
    HF_HOME: '/models',
    HF_HUB_CACHE: '/blobs',
    OLLAMA_MODELS: '/ollama',
    HUGGINGFACE_HUB_CACHE: '/hub',
    LLAMA_CACHE: '/llama',
    XDG_CACHE_HOME: '/cache',
    https_proxy: 'http://proxy',
    NODE_EXTRA_CA_CERTS: '/ca.pem',
  };
  const kept = {
    AWS_SECRET_ACCESS_KEY: '1',
    GITHUB_TOKEN: '2',
    HF_TOKEN: '3',
    HF_TOKEN_PATH: '/token',
    HUGGING_FACE_HUB_TOKEN: '4',
    NODE_OPTIONS: '--require x',
    LD_PRELOAD: 'x.so',
    SSH_AUTH_SOCK: '/agent',
    PATHS: 'x',
  };
  expect(engineEnvironment({ ...passed, ...kept })).toEqual(passed);
});
