// The engine's side of TokenizerReportApi: a thread for each request, which is ended when it is done or cancelled.
import { Worker } from 'node:worker_threads';
import { Cancelled, UserError } from '../../core/errors';
import type { Report } from '../../core/tokenizerReport/report';
import type { Handlers } from '../../protocol/channel';
import type {
  ReportingEvent,
  ReportTask,
  ReportThreadMessage,
  TokenizerReportApi,
  TrainedTokenizer,
} from '../../protocol/tokenizerReport';
import type { EngineState } from '../engineState';
import { withSums } from './scoreSums';

/** `thread`: path of the bundled `thread.ts`. */
export function reportRequests(state: EngineState, thread: string): Handlers<TokenizerReportApi> {
  const onProgress = (event: ReportingEvent) => state.emit('reporting', event);
  return {
    async tokenizerReport({ compares, ...params }, signal) {
      const model = state.model();
      const { folder: path, name } = model.info;
      const second = compares ? [state.comparison().info] : [];
      const tokenizers = [{ path, name }, ...second];
      const task = { task: 'report', ...params, tokenizers } as const;
      const report = await inThread<Report>(thread, task, onProgress, signal);
      const { seed } = params.options;
      const onSums = (share: number) => onProgress({ doing: 'scoring sums', share });
      return withSums(report, model, seed, onSums, signal);
    },

    trainTokenizer: (params, signal) =>
      inThread<TrainedTokenizer>(thread, { task: 'train', ...params }, onProgress, signal),
  };
}

/** Throws `UserError`, and `Cancelled` when aborted. */
async function inThread<T extends Report | TrainedTokenizer>(
  thread: string,
  workerData: ReportTask,
  onProgress: (event: ReportingEvent) => void,
  signal: AbortSignal,
): Promise<T> {
  if (signal.aborted) throw new Cancelled();
  const worker = new Worker(thread, { workerData });
  let cancel = () => {};
  try {
    return await new Promise<T>((resolve, reject) => {
      worker.on('message', (message: ReportThreadMessage) => {
        if ('reporting' in message) onProgress(message.reporting);
        else if ('done' in message) resolve(message.done as T);
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
