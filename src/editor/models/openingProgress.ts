// Shows what the opening of a model waits for, and lets the user cancel it. One that began by itself is shown only where
// its weights are written, which takes long, and much of the disk. It is a bundle of its own, so what has state is
// handed over.
import { basename } from 'node:path';
import { preparingWords } from '../../core/models/preparingWords';
import { formatTimeLeft, TimeLeft } from '../../core/timeLeft';
import type { Opening, Openings } from '../engine/openings';
import type { cancellable } from '../ui/progress';

const LOADING = 'loading the weights and running the self-test';

/** `show`: of `ui/progress.ts`. */
export async function showOpening(
  opening: Opening,
  openings: Openings,
  show: typeof cancellable,
): Promise<void> {
  if (opening.kind !== 'asked') await firstWritten(opening, openings);
  if (opening.isEnded) return;
  await show(`Opening ${basename(opening.path)}`, async (signal, progress) => {
    signal.addEventListener('abort', () => opening.cancel());
    let shown = 0;
    const left = new TimeLeft();
    const draw = () => {
      const { preparing } = opening;
      if (!preparing) return;
      const { done, all, ended } = preparing;
      const percent = Math.floor((100 * done) / all);
      const time = formatTimeLeft(left.after(done, all, performance.now()));
      const message = ended ? LOADING : `${preparingWords(done, all)}${time}`;
      progress.report({ message, increment: percent - shown });
      shown = percent;
    };
    draw();
    const listener = openings.onDidChange(changed => changed === opening && draw());
    await opening.ended;
    listener.dispose();
  });
}

/** Until some of its weights are written, or it has ended. */
async function firstWritten(opening: Opening, openings: Openings): Promise<void> {
  while (!opening.preparing && !opening.isEnded)
    await new Promise<void>(resolve => {
      const listener = openings.onDidChange(() => {
        listener.dispose();
        resolve();
      });
    });
}
