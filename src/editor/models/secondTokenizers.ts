// The list of tokenizers that the model's can be compared with.
import { basename, dirname, join } from 'node:path';
import type { PickOptions } from '../ui/pickPath';

/** `now`: the path that is compared with; empty: none. */
export function secondTokenizers(now: string, builtIn: string): PickOptions<string> {
  const stories = join(dirname(builtIn), 'stories260K');
  const descriptions = new Map([
    [builtIn, 'the built-in code model'],
    [stories, 'built-in small model of stories'],
  ]);
  const paths = [...new Set([now, builtIn, stories])].filter(Boolean);
  return {
    title: 'Tokenscope: compare with tokenizer or model',
    placeHolder: now
      ? `now: ${now}`
      : 'The second tokenizer is drawn below the model’s own; two models are compared byte by byte',
    openLabel: 'Compare',
    known: paths.map(path => ({
      label: basename(path),
      description: descriptions.get(path) ?? path,
      value: path,
    })),
    folders: {
      detail:
        'A folder with tokenizer.json, tokenizer.model, or vocab.json and merges.txt. If it has a model, the models are compared as well.',
    },
    files: {
      detail: 'tokenizer.json, SentencePiece .model, .tiktoken, or tokenizer.bin of llama2.c.',
    },
  };
}
