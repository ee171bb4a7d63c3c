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
  const path = await pickPath(secondTokenizers(settings.compare.tokenizer.value, builtIn));
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
