// The list of tokenizers that the model's can be compared with.
import { basename, dirname, join } from 'node:path';
import type { PickOptions } from '../ui/pickPath';

/** `now`: the path that is compared with; empty: none. */
export function secondTokenizers(now: string, builtIn: string): PickOptions<string> {
  const stories = join(dirname(builtIn), 'stories260K');
  const descriptions = new Map([
    [builtIn, 'the built-in code model'],
    [stories, 'a small model of stories, which comes with Tokenscope'],
  ]);
  const paths = [...new Set([now, builtIn, stories])].filter(Boolean);
  return {
    title: 'Tokenscope: compare with tokenizer or model',
    placeHolder: now
      ? `now: ${now}`
      : 'The second tokenizer is drawn beside the model’s; two models are compared byte by byte',
    openLabel: 'Compare',
    known: paths.map(path => ({
      label: basename(path),
      description: descriptions.get(path) ?? path,
      value: path,
    })),
    folders: {
      detail:
        'One with a tokenizer.json, a tokenizer.model, or vocab.json and merges.txt. A model in it is compared, too.',
    },
    files: {
      detail: 'A tokenizer.json, a SentencePiece .model, a .tiktoken file, or a tokenizer.bin of llama2.c.',
    },
  };
}
