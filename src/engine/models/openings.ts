// Models that are being opened: who waits hears how far their weights are, and can give them up.
import { UserError } from '../../core/errors';
import type { PreparingEvent } from '../../protocol/models';
import type { Model, OpenModel } from './model';

/** Progress is reported at most this often. */
const INTERVAL_MS = 100;

export class Openings {
  private readonly running = new Set<AbortController>();

  constructor(
    private readonly openModel: OpenModel,
    private readonly report: (event: PreparingEvent) => void,
  ) {}

  /**
   * As `OpenModel`. Throws `UserError` where it is given up here, so that nothing opens it again by itself, and `Cancelled`
   * where who asked gives it up.
   */
  readonly open: OpenModel = async (path, contextLimit, dtype, asked) => {
    const controller = new AbortController();
    const named = typeof path === 'string' ? path : path.path;
    let last: PreparingEvent | undefined;
    let reported = -Infinity;
    const onPrepared = (done: number, all: number) => {
      asked?.onPrepared?.(done, all);
      last = { path: named, done, all, ended: false };
      const now = performance.now();
      if (now - reported < INTERVAL_MS) return;
      reported = now;
      this.report(last);
    };
    this.running.add(controller);
    try {
      const { signal } = controller;
      const any = asked?.signal ? AbortSignal.any([signal, asked.signal]) : signal;
      const opening = { signal: any, onPrepared };
      return await this.opened(this.openModel(path, contextLimit, dtype, opening), named, signal);
    } finally {
      this.running.delete(controller);
      if (last) this.report({ ...last, ended: true });
    }
  };

  cancel(): void {
    for (const controller of this.running) controller.abort();
  }

  private async opened(model: Promise<Model>, path: string, signal: AbortSignal): Promise<Model> {
    try {
      return await model;
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new UserError(`${path} is not open: opening it was cancelled.`);
    }
  }
}
