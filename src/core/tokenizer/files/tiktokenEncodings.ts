// The known encodings by the names of their ranks files or of the models that they are of, with what such a file leaves to the program that reads it.
// From tiktoken_ext/openai_public.py of tiktoken 0.14.
import { scanGpt2 } from '../patterns/gpt2';
import { scanO200k } from '../patterns/o200k';
import type { Scan } from '../patterns/scan';
import { scanCl100k, scanLlama3, scanQwen2 } from '../patterns/cl100k';

export interface RanksEncoding {
  readonly scan: Scan;
  /** Whether text is brought into the form NFC first. */
  readonly toNfc?: boolean;
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
  /** tokenizer.py of Llama 3; of the names that Llama 3.1 changed, none. */
  llama3: {
    scan: scanLlama3,
    special: {
      '<|begin_of_text|>': 128000,
      '<|end_of_text|>': 128001,
      '<|start_header_id|>': 128006,
      '<|end_header_id|>': 128007,
      '<|eot_id|>': 128009,
    },
  },
  /** tokenizer.py of Llama 4. */
  llama4: {
    scan: scanO200k,
    special: {
      '<|begin_of_text|>': 200000,
      '<|end_of_text|>': 200001,
      '<|header_start|>': 200005,
      '<|header_end|>': 200006,
      '<|eom|>': 200007,
      '<|eot|>': 200008,
    },
  },
  /** tokenization_qwen.py of Qwen, the first one. */
  qwen: {
    scan: scanQwen2,
    toNfc: true,
    special: { '<|endoftext|>': 151643, '<|im_start|>': 151644, '<|im_end|>': 151645 },
  },
};
