// The engine's side of TokenizerReportApi: a thread for each report, which is ended when it is done or cancelled.
import { Worker } from 'node:worker_threads';
import { Cancelled, UserError } from '../../core/errors';
import type { Report } from '../../core/tokenizerReport/report';
import type { Handlers } from '../../protocol/channel';
import type {
  ReportingEvent,
  ReportThreadData,
  ReportThreadMessage,
  TokenizerReportApi,
} from '../../protocol/tokenizerReport';
import type { EngineState } from '../engineState';

/** `thread`: path of the bundled `thread.ts`. */
export function reportRequests(state: EngineState, thread: string): Handlers<TokenizerReportApi> {
  return {
    tokenizerReport({ compares, ...params }, signal) {
      const { folder: path, name } = state.model().info;
      const second = compares ? [state.comparison().info] : [];
      const tokenizers = [{ path, name }, ...second];
      const onProgress = (event: ReportingEvent) => state.emit('reporting', event);
      return reportInThread(thread, { ...params, tokenizers }, onProgress, signal);
    },
  };
}

/** Throws `UserError`, and `Cancelled` when aborted. */
async function reportInThread(
  thread: string,
  workerData: ReportThreadData,
  onProgress: (event: ReportingEvent) => void,
  signal: AbortSignal,
): Promise<Report> {
  if (signal.aborted) throw new Cancelled();
  const worker = new Worker(thread, { workerData });
  let cancel = () => {};
  try {
    return await new Promise<Report>((resolve, reject) => {
      worker.on('message', (message: ReportThreadMessage) => {
        if ('reporting' in message) onProgress(message.reporting);
        else if ('report' in message) resolve(message.report);
        else reject(new UserError(message.refused));
      });
      worker.once('error', reject);
      worker.once('exit', code => reject(new Error(`the report's thread ended with code ${code}`)));
      cancel = () => reject(new Cancelled());
      signal.addEventListener('abort', cancel);
    });
  } finally {
    signal.removeEventListener('abort', cancel);
    void worker.terminate();
  }
}
