// Entry of the thread that makes reports and trains tokenizers. It has no ONNX Runtime, and is ended where its work is
// cancelled.
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../../core/errors';
import type { Report } from '../../core/tokenizerReport/report';
import type {
  ReportingEvent,
  ReportTask,
  ReportThreadMessage,
  TrainedTokenizer,
} from '../../protocol/tokenizerReport';
import { openTokenizerAt } from '../models/openTokenizer';
import { reportOfFiles } from './reportOfFiles';
import { trainOnFiles } from './trainOnFiles';

/** Milliseconds between two reports of progress. */
const PROGRESS_MS = 100;

const post = (message: ReportThreadMessage) => parentPort!.postMessage(message);
let reported = 0;
const onProgress = (reporting: ReportingEvent) => {
  const now = performance.now();
  if (now - reported < PROGRESS_MS) return;
  reported = now;
  post({ reporting });
};

async function run(task: ReportTask): Promise<Report | TrainedTokenizer> {
  if (task.task === 'train') return trainOnFiles(task, onProgress);
  const { tokenizers, ...params } = task;
  const opened = tokenizers.map(({ path, name }) => {
    const { info, ...rest } = openTokenizerAt(path);
    return { ...rest, info: { ...info, name } };
  });
  return reportOfFiles(params, opened, onProgress);
}

run(workerData as ReportTask).then(
  done => post({ done }),
  (error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    post({ refused: error.message });
  },
);
