// Lets the user choose a tokenizer that the model's is compared with.
import { basename } from 'node:path';
import type { Engine } from '../engine/engineClient';
import { settings } from '../settings';
import { keepingOpen, SECONDS } from '../ui/keepingOpen';
import { pickPath } from '../ui/pickPath';
import { inStatusBar } from '../ui/progress';

/** Returns whether one was chosen. Throws `UserError` if it cannot be opened; the choice is then as before. */
export async function chooseSecondTokenizer(engine: Engine, builtIn: string): Promise<boolean> {
  const { secondTokenizers } = await import('./secondTokenizers');
  const { tokenizer } = settings.compare;
  const path = await pickPath(secondTokenizers(tokenizer.value, builtIn));
  if (!path) return false;
  // What the setting names already may not be open: its files were mended since.
  const isChosen = path === tokenizer.value;
  await inStatusBar(`Opening ${basename(path)}`, () =>
    keepingOpen<unknown>(
      isChosen ? engine.compare() : engine.call(({ remote }) => remote.compareWith({ path })),
      SECONDS,
    ),
  );
  if (!isChosen) await tokenizer.update(path);
  return true;
}
