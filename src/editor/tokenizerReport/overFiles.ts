// Work of the engine over the texts of a subject, with its progress and Cancel.
import type { Remote } from '../../protocol/channel';
import type { EngineApi } from '../../protocol/engine';
import type { ReportFile } from '../../protocol/tokenizerReport';
import type { Engine } from '../engine/engineClient';
import type { DIALOGS } from '../ui/dialogs';
import type { Subject } from './subject';

/** Undefined if it was cancelled. */
export function overFiles<T>(
  title: string,
  subject: Subject,
  {
    engine,
    ui,
  }: {
    readonly engine: Engine;
    readonly ui: Pick<typeof DIALOGS, 'cancellable' | 'shareReporter'>;
  },
  work: (
    remote: Remote<EngineApi>,
    files: readonly ReportFile[],
    signal: AbortSignal,
  ) => Promise<T>,
): Promise<T | undefined> {
  return ui.cancellable(title, async (signal, progress) => {
    const share = ui.shareReporter(progress);
    const listener = engine.onEvent('reporting', event => share(event.share, 1, event.doing));
    try {
      const files = await subject.files();
      return await engine.call(({ remote }) => work(remote, files, signal));
    } finally {
      listener.dispose();
    }
  });
}
