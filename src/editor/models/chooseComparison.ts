// Lets the user choose a tokenizer that the model's is compared with.
import { basename, dirname, join } from 'node:path';
import type { Engine } from '../engine/engineClient';
import { settings } from '../settings';
import { keepingOpen, SECONDS } from '../ui/keepingOpen';
import { pickPath } from '../ui/pickPath';
import { inStatusBar } from '../ui/progress';

/** Returns whether one was chosen. Throws `UserError` if it cannot be opened; the choice is then as before. */
export async function chooseSecondTokenizer(engine: Engine, builtIn: string): Promise<boolean> {
  const path = await askForPath(builtIn);
  if (!path) return false;
  await inStatusBar(`Opening ${basename(path)}`, () =>
    keepingOpen(
      engine.call(({ remote }) => remote.compareWith({ path })),
      SECONDS,
    ),
  );
  await settings.compare.tokenizer.update(path);
  return true;
}

function askForPath(builtIn: string): Promise<string | undefined> {
  const now = settings.compare.tokenizer.value;
  const stories = join(dirname(builtIn), 'stories260K');
  const descriptions = new Map([
    [builtIn, 'the built-in code model'],
    [stories, 'a small model of stories, which comes with Tokenscope'],
  ]);
  const paths = [...new Set([now, builtIn, stories])].filter(Boolean);
  return pickPath({
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
  });
}
