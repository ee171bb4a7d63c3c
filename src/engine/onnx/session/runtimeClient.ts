// The engine's side of the thread that runs ONNX Runtime: starts it, sends requests and receives progress.
import { Worker } from 'node:worker_threads';
import type { Reading, ReadingAnswer, ReadingId } from '../../../core/layers/readings';
import type { Sae } from '../../../core/sae/sae';
import type { FeatureRows } from '../../../core/sae/sparseRows';
import type { Scores } from '../../../core/lenses/scores';
import { connect, type Remote } from '../../../protocol/channel';
import { Cancelled } from '../../../core/errors';
import { portConnection } from '../../../protocol/port';
import {
  CLOSED,
  ENCODED_CHUNK,
  runtimeMethods,
  SCORED_CHUNK,
  type EncodedChunk,
  type GraphReport,
  type Runtime,
  type ScoredChunk,
} from '../../../protocol/runtime';

type OpenParams = Parameters<Runtime['open']>[0];
type ScoreParams = Omit<Parameters<Runtime['score']>[0], 'cancel' | 'job'>;
type EncodeParams = Omit<Parameters<Runtime['encode']>[0], 'cancel' | 'job'>;
type SampleParams = Omit<Parameters<Runtime['sample']>[0], 'cancel'>;
type SteerParams = Omit<Parameters<Runtime['scoreSteered']>[0], 'cancel' | 'job'>;

interface Job {
  onChunk?: ((chunk: ScoredChunk) => void) | undefined;
  onEncoded?: ((chunk: EncodedChunk) => void) | undefined;
}

/** [1]: 1 asks the thread to stop. The thread reads it between runs, when no message would reach it. */
type CancelFlag = Int32Array<SharedArrayBuffer>;

export class RuntimeClient {
  private readonly connection;
  private readonly remote: Remote<Runtime>;
  private readonly jobs = new Map<number, Job>();
  /** Of all requests that have not been answered. */
  private readonly flags = new Set<CancelFlag>();
  /** Why the thread has ended, if it has: it would never answer a request. */
  private gone: Error | undefined;
  private readonly waiting = new Set<(error: Error) => void>();
  private nextJob = 1;
  private disposed = false;

  /**
   * @param path the bundled `worker.ts`
   * @param onLost called when the thread ends by itself: this process can score nothing from then on
   * @param keepsTests whether what self-tests find may be written to the cache
   */
  constructor(
    path: string,
    onLost: () => void = () => {},
    private readonly keepsTests = true,
  ) {
    const worker = new Worker(path);
    this.connection = portConnection(worker);
    this.remote = connect<Runtime>(this.connection, runtimeMethods);
    this.connection.onNotification(SCORED_CHUNK, (chunk: ScoredChunk) => {
      this.jobs.get(chunk.job)?.onChunk?.(chunk);
    });
    this.connection.onNotification(ENCODED_CHUNK, (chunk: EncodedChunk) => {
      this.jobs.get(chunk.job)?.onEncoded?.(chunk);
    });
    const rejectAll = (error: Error) => {
      this.gone ??= error;
      for (const reject of this.waiting) reject(this.gone);
    };
    worker.once('error', rejectAll);
    worker.once('exit', code => {
      rejectAll(
        this.disposed ? new Cancelled() : new Error(`the runtime's thread ended with code ${code}`),
      );
      this.connection.dispose();
      if (!this.disposed) onLost();
    });
    this.connection.listen();
  }

  open(params: OpenParams): Promise<GraphReport> {
    return this.answered(this.remote.open({ ...params, keepsTest: this.keepsTests }));
  }

  /** Rows [from, targets.length); `onChunk` is called with each chunk when it is done. Aborting throws `Cancelled`. */
  async score(
    params: ScoreParams,
    signal?: AbortSignal,
    onChunk?: (chunk: ScoredChunk) => void,
  ): Promise<Scores> {
    return this.runJob(signal, { onChunk }, to => this.remote.score({ ...params, ...to }, signal));
  }

  openSae(sae: Sae | null): Promise<void> {
    return this.answered(this.remote.openSae({ sae }));
  }

  /**
   * Inputs [from, inputs.length); `onEncoded` is called with each chunk when it is done. Aborting throws `Cancelled`.
   */
  encode(
    params: EncodeParams,
    signal?: AbortSignal,
    onEncoded?: (chunk: EncodedChunk) => void,
  ): Promise<FeatureRows> {
    return this.runJob(signal, { onEncoded }, to =>
      this.remote.encode({ ...params, ...to }, signal),
    );
  }

  /** As `score`. */
  scoreSteered(
    params: SteerParams,
    signal?: AbortSignal,
    onChunk?: (chunk: ScoredChunk) => void,
  ): Promise<Scores> {
    return this.runJob(signal, { onChunk }, to =>
      this.remote.scoreSteered({ ...params, ...to }, signal),
    );
  }

  /** Aborting throws `Cancelled`. */
  readLayers<K extends ReadingId>(
    inputs: Uint32Array,
    targets: Uint32Array,
    reading: Reading<K>,
    signal?: AbortSignal,
  ): Promise<ReadingAnswer<K>> {
    return this.cancellable(signal, cancel => {
      const params = { inputs, targets, reading: reading as Reading, cancel };
      return this.answered(this.remote.readLayers(params, signal));
    });
  }

  logitsOfResiduals(residuals: Float32Array, rows: number): Promise<Float32Array | null> {
    return this.answered(this.remote.logitsOfResiduals({ residuals, rows }));
  }

  /** In a thread without another graph. */
  openGate(params: Parameters<Runtime['openGate']>[0]): Promise<void> {
    return this.answered(this.remote.openGate(params));
  }

  /** A run is short and cannot be interrupted: aborting throws `Cancelled` before it begins. */
  readGate(inputs: Uint32Array, signal?: AbortSignal): Promise<Float32Array> {
    return this.answered(this.remote.readGate({ inputs }, signal));
  }

  /** Sends a request whose chunks are posted under a number of its own. */
  private runJob<T>(
    signal: AbortSignal | undefined,
    listeners: Job,
    request: (to: { cancel: CancelFlag; job: number }) => Promise<T>,
  ): Promise<T> {
    return this.cancellable(signal, async cancel => {
      const job = this.nextJob++;
      this.jobs.set(job, listeners);
      try {
        return await this.answered(request({ cancel, job }));
      } finally {
        this.jobs.delete(job);
      }
    });
  }

  private async cancellable<T>(
    signal: AbortSignal | undefined,
    request: (cancel: CancelFlag) => Promise<T>,
  ): Promise<T> {
    const cancel: CancelFlag = new Int32Array(new SharedArrayBuffer(4));
    const abort = () => Atomics.store(cancel, 0, 1);
    signal?.addEventListener('abort', abort);
    this.flags.add(cancel);
    try {
      return await request(cancel);
    } finally {
      this.flags.delete(cancel);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Aborting throws `Cancelled`. */
  forwardTree(
    params: Omit<Parameters<Runtime['forwardTree']>[0], 'cancel'>,
    signal?: AbortSignal,
  ): Promise<{ logits: Float32Array; ran: number }> {
    return this.cancellable(signal, cancel =>
      this.answered(this.remote.forwardTree({ ...params, cancel }, signal)),
    );
  }

  /** Aborting throws `Cancelled`. */
  forwardSums(
    params: Omit<Parameters<Runtime['forwardSums']>[0], 'cancel'>,
    signal?: AbortSignal,
  ): Promise<Float64Array> {
    return this.cancellable(signal, cancel =>
      this.answered(this.remote.forwardSums({ ...params, cancel }, signal)),
    );
  }

  /** [seed]. Aborting throws `Cancelled`. */
  sample(params: SampleParams, signal?: AbortSignal): Promise<Uint32Array[]> {
    return this.cancellable(signal, cancel =>
      this.answered(this.remote.sample({ ...params, cancel }, signal)),
    );
  }

  /** Releases the graph; another one can be opened. */
  close(): Promise<void> {
    return this.answered(this.remote.close({}));
  }

  /**
   * Ends the thread after its current run; pending requests reject with `Cancelled`. (Only a signal can end the process
   * in the middle of a run: `process.exit` would abort it with a core dump.)
   */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const cancel of this.flags) Atomics.store(cancel, 0, 1);
    void this.connection.sendNotification(CLOSED);
  }

  /**
   * Rejects if the thread ends. Not `Promise.race`: racing against a long-lived promise keeps every answer in memory.
   */
  private answered<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.gone) reject(this.gone);
      this.waiting.add(reject);
      void answer.then(resolve, reject).finally(() => this.waiting.delete(reject));
    });
  }
}
