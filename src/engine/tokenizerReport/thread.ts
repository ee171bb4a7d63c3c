// Entry of the thread that makes a report. It has no ONNX Runtime, and is ended where the report is cancelled.
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../../core/errors';
import type {
  ReportingEvent,
  ReportThreadData,
  ReportThreadMessage,
} from '../../protocol/tokenizerReport';
import { openTokenizerAt } from '../models/openTokenizer';
import { reportOfFiles } from './reportOfFiles';

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

try {
  const { tokenizers, ...params } = workerData as ReportThreadData;
  const opened = tokenizers.map(({ path, name }) => {
    const { info, ...rest } = openTokenizerAt(path);
    return { ...rest, info: { ...info, name } };
  });
  post({ report: reportOfFiles(params, opened, onProgress) });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  post({ refused: error.message });
}
