// Threads that each encode a share of many texts: this file is what they run, too.
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { tokenizerOf } from '../support/shared';

interface Answer {
  readonly ids: Uint32Array[];
}

export class EncodingThreads {
  private readonly threads: Worker[];

  /** `folder`: of the tokenizer, which each thread has for itself. */
  constructor(folder: string, count: number) {
    const encodingThread = { folder };
    this.threads = Array.from(
      { length: count },
      () => new Worker(fileURLToPath(import.meta.url), { workerData: { encodingThread } }),
    );
  }

  /** How many tokens the texts have. */
  async encode(texts: readonly string[]): Promise<number> {
    const counts = await Promise.all(
      this.threads.map(async (thread, i) => {
        const answered = new Promise<Answer>((resolve, reject) => {
          thread.once('message', resolve);
          thread.once('error', reject);
        });
        thread.postMessage(texts.filter((_, text) => text % this.threads.length === i));
        const { ids } = await answered;
        return ids.reduce((sum, { length }) => sum + length, 0);
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async end(): Promise<void> {
    await Promise.all(this.threads.map(thread => thread.terminate()));
  }
}

if (!isMainThread && workerData?.encodingThread) {
  const tokenizer = tokenizerOf(workerData.encodingThread.folder);
  parentPort!.on('message', (texts: string[]) => {
    const ids = texts.map(text => tokenizer.encode(text).ids.slice());
    parentPort!.postMessage(
      { ids } satisfies Answer,
      ids.map(({ buffer }) => buffer),
    );
  });
}
