// The known encodings by the names of their ranks files, with what such a file leaves to the program that reads it.
// From tiktoken_ext/openai_public.py of tiktoken 0.14.
import { scanGpt2 } from '../patterns/gpt2';
import { scanO200k } from '../patterns/o200k';
import type { Scan } from '../patterns/scan';
import { scanCl100k } from '../patterns/cl100k';

export interface RanksEncoding {
  readonly scan: Scan;
  /** Keyed by content. */
  readonly special: Readonly<Record<string, number>>;
}

const gpt2: RanksEncoding = { scan: scanGpt2, special: { '<|endoftext|>': 50256 } };

export const encodings: Readonly<Record<string, RanksEncoding>> = {
  r50k_base: gpt2,
  p50k_base: gpt2,
  cl100k_base: {
    scan: scanCl100k,
    special: {
      '<|endoftext|>': 100257,
      '<|fim_prefix|>': 100258,
      '<|fim_middle|>': 100259,
      '<|fim_suffix|>': 100260,
      '<|endofprompt|>': 100276,
    },
  },
  o200k_base: {
    scan: scanO200k,
    special: { '<|endoftext|>': 199999, '<|endofprompt|>': 200018 },
  },
};
