// Options that several commands have.
import { UserError } from '../core/errors';
import { flag, number, required, text, wholeNumber } from './options';

/** Default of `--context`. */
const CONTEXT_TOKENS = 2048;

export const model = text({
  valueName: 'PATH',
  description:
    'model: a folder, its .onnx file, a GGUF file, a name such as ollama:qwen2.5-coder:0.5b or hf:org/name, a server address such as http://127.0.0.1:8080, or only a tokenizer file (default: the built-in model)',
});

export const json = flag('print one JSON object per line; docs/cli.md lists the fields');

export const context = wholeNumber({
  valueName: 'N',
  min: 1,
  max: 1 << 20,
  default: CONTEXT_TOKENS,
  description: 'maximum window in tokens; a model with a shorter context uses its own limit',
});

export const at = required(
  wholeNumber({
    valueName: 'BYTE',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    description: 'byte offset in the file',
  }),
);

export const top = wholeNumber({
  valueName: 'K',
  min: 0,
  max: 1000,
  default: 5,
  description: 'number of alternatives listed per token',
});

export const second = text({
  valueName: 'FOLDER',
  description: 'second model to compare with; its tokenizer may differ',
});

export const seed = wholeNumber({
  valueName: 'S',
  min: 0,
  max: 2 ** 31,
  default: 1,
  description: 'random seed: the same seed draws the same samples',
});

export const topP = number({
  valueName: 'P',
  min: 0,
  max: 1,
  isOpen: 'min',
  default: 1,
  description:
    'top-p sampling: sample from the most likely tokens that together have this probability',
});

/** The range of `--at` is known once the file is read. Throws `UserError`. */
export function checkOffset(at: number, byteLength: number): void {
  if (at <= byteLength) return;
  throw new UserError(`--at takes a whole number from 0 to ${byteLength}, not "${at}".`);
}
