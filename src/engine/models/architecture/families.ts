// Families of decoders by "model_type": what each makes of its config.json. A family is in this list only with a golden
// of its own, which transformers made (test/golden/architectures.json).
import type { Family } from './families/common';
import { mixtral, olmoe } from './families/experts';
import { gemma, gemma2, gemma3 } from './families/gemma';
import { gpt2, gptNeox, phi, stablelm, starcoder2 } from './families/gpt';
import {
  granite,
  llama,
  mistral,
  olmo,
  olmo2,
  phi3,
  qwen2,
  qwen3,
  smollm3,
} from './families/llama';

export const families: ReadonlyMap<string, Family> = new Map<string, Family>([
  ['llama', llama],
  ['mistral', mistral],
  ['qwen2', qwen2],
  ['qwen3', qwen3],
  ['gemma3_text', gemma3],
  ['gemma2', gemma2],
  ['gemma', gemma],
  ['gpt2', gpt2],
  ['gpt_neox', gptNeox],
  ['starcoder2', starcoder2],
  ['gpt_bigcode', gpt2],
  ['phi3', phi3],
  ['phi', phi],
  ['olmo2', olmo2],
  ['olmo3', olmo2],
  ['olmo', olmo],
  ['granite', granite],
  ['smollm3', smollm3],
  ['stablelm', stablelm],
  ['mixtral', mixtral],
  ['olmoe', olmoe],
]);
