// Options that several commands have.
import { UserError } from '../core/errors';
import { flag, number, required, text, wholeNumber } from './options';

/** Default of `--context`. */
const CONTEXT_TOKENS = 2048;

export const model = text({
  valueName: 'PATH',
  description:
    'a model: a folder, an .onnx file in one, a GGUF file, a name as in ollama:qwen2.5-coder:0.5b or hf:org/name, the address of a server as in http://127.0.0.1:8080, or a tokenizer’s file alone (default: the built-in model)',
});

export const json = flag('print one JSON object per line; docs/cli.md lists the fields');

export const context = wholeNumber({
  valueName: 'N',
  min: 1,
  max: 1 << 20,
  default: CONTEXT_TOKENS,
  description: 'tokens in a window at most; a model that can hold less uses what it can hold',
});

export const at = required(
  wholeNumber({
    valueName: 'BYTE',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    description: 'an offset in the file, in bytes',
  }),
);

export const top = wholeNumber({
  valueName: 'K',
  min: 0,
  max: 1000,
  default: 5,
  description: 'alternatives listed for every token',
});

export const second = text({
  valueName: 'FOLDER',
  description: 'a second model to compare with; its tokenizer may differ',
});

export const seed = wholeNumber({
  valueName: 'S',
  min: 0,
  max: 2 ** 31,
  default: 1,
  description: 'seed of what is drawn: the same seed draws the same',
});

export const topP = number({
  valueName: 'P',
  min: 0,
  max: 1,
  isOpen: 'min',
  default: 1,
  description: 'draw from the likeliest tokens that together have this probability',
});

/** The range of `--at` is known once the file is read. Throws `UserError`. */
export function checkOffset(at: number, byteLength: number): void {
  if (at <= byteLength) return;
  throw new UserError(`--at takes a whole number from 0 to ${byteLength}, not "${at}".`);
}
