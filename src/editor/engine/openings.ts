// Models that the engine is opening, for who shows how far they are and lets the user cancel them. Knows no vscode, so
// that tests can run it in plain Node.
import { Cancelled } from '../../core/errors';
import type { PreparingEvent } from '../../protocol/models';
import type { EngineProcess } from './engineProcess';

/** An opening that takes less is not shown. */
const LONG_MS = 1000;
/** A process whose opening was cancelled has so long to take away what it wrote. */
const TIDY_MS = 5000;

export class Opening {
  /** Of its weights, where they have to be written first. */
  preparing: PreparingEvent | undefined;
  readonly cancelled: Promise<never>;
  readonly ended: Promise<void>;
  isEnded = false;
  private reject: (error: Cancelled) => void = () => {};
  private resolve: () => void = () => {};

  /**
   * @param kind `asked`: somebody waits for it; `main`: the engine's first model, which it opens by itself; `beside`: one
   * that it opens for a contrast or a comparison
   */
  constructor(
    readonly path: string,
    readonly kind: 'asked' | 'main' | 'beside',
    private readonly giveUp: () => void,
  ) {
    this.cancelled = new Promise((_, reject) => (this.reject = reject));
    this.cancelled.catch(() => {});
    this.ended = new Promise(resolve => (this.resolve = resolve));
  }

  get isWriting(): boolean {
    return this.preparing?.ended === false;
  }

  cancel(): void {
    this.reject(new Cancelled());
    this.giveUp();
  }

  end(): void {
    this.isEnded = true;
    this.resolve();
  }
}

export class Openings {
  private readonly running = new Map<EngineProcess, Opening>();
  /** They tidy up, and what they still say is of no interest. */
  private readonly givenUp = new WeakSet<EngineProcess>();
  private readonly listeners = new Set<(opening: Opening) => void>();

  /** `onLong`: called once with an opening that takes its time. */
  constructor(private readonly onLong: (opening: Opening) => void = () => {}) {}

  /** Called when an opening begins, when its weights are further than before, and when it has ended. */
  onDidChange(listener: (opening: Opening) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** Those of now. */
  get current(): readonly Opening[] {
    return [...this.running.values()];
  }

  /**
   * Opens a model. Throws `Cancelled` at once where the user cancels it; its process then ends, as soon as nothing half
   * written is left.
   */
  async during<T>(
    process: EngineProcess,
    path: string,
    kind: 'asked' | 'main',
    request: Promise<T>,
  ): Promise<T> {
    const opening = this.begin(process, path, kind, () => {
      this.givenUp.add(process);
      if (opening.isWriting) endAfter(process, request);
      else process.kill();
    });
    try {
      return await Promise.race([request, opening.cancelled]);
    } finally {
      this.end(process);
    }
  }

  /** What a process says: also of models that it opens beside the first, as those of a pair. */
  heard(process: EngineProcess, event: PreparingEvent): void {
    if (this.givenUp.has(process)) return;
    const opening = this.running.get(process) ?? this.begin(process, event.path, 'beside');
    opening.preparing = event;
    if (event.ended && opening.kind === 'beside') this.end(process);
    else this.changed(opening);
  }

  /** Ends a process that nobody needs, but for what it has half written. */
  retire(process: EngineProcess): void {
    const opening = this.running.get(process);
    if (opening?.isWriting && opening.kind !== 'beside') opening.cancel();
    else process.kill();
  }

  /** Its process is gone. */
  end(process: EngineProcess): void {
    const opening = this.running.get(process);
    this.running.delete(process);
    if (!opening) return;
    opening.end();
    this.changed(opening);
  }

  private begin(
    process: EngineProcess,
    path: string,
    kind: Opening['kind'],
    giveUp?: () => void,
  ): Opening {
    const opening = new Opening(path, kind, () => {
      // Where the process is busy, it is not heard in time: `giveUp` ends it.
      process.remote.cancelOpening({}).catch(() => {});
      giveUp?.();
    });
    this.running.set(process, opening);
    const timer = setTimeout(() => this.onLong(opening), LONG_MS);
    void opening.ended.then(() => clearTimeout(timer));
    this.changed(opening);
    return opening;
  }

  private changed(opening: Opening): void {
    for (const listener of this.listeners) listener(opening);
  }
}

/** Ends a process once its request is settled, and in any case soon: it may be in the middle of loading. */
function endAfter(process: EngineProcess, request: Promise<unknown>): void {
  const timer = setTimeout(() => process.kill(), TIDY_MS);
  const end = () => {
    clearTimeout(timer);
    process.kill();
  };
  void request.then(end, end);
}
