// The kinds of servers; the first that recognises an answer as its own is taken.
import type { ServerKind } from '../server';
import { openAiEcho } from './echo';
import { lmStudio, ollama } from './generating';
import { llamaCpp } from './llamaCpp';
import { llamaCppPython } from './llamaCppPython';
import { sglang } from './sglang';
import { tgi } from './tgi';
import { vllm } from './vllm';

export const kinds: readonly ServerKind[] = [
  llamaCpp,
  lmStudio,
  ollama,
  sglang,
  tgi,
  vllm,
  llamaCppPython,
  openAiEcho,
];
