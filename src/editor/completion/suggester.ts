// Suggestions with as few requests as possible: from memory, from the request under way, or from a new one. At most one
// request runs; the latest place wins. Knows no vscode, so that tests can type ten thousand keys into it.
import { formatNumberOf } from '../../core/format';
import type { RequestDelay } from '../../core/completion/requestDelay';
import type { Middle } from '../../core/completion/middle';
import type { CursorPlace, Suggestions } from '../../core/completion/suggestions';
import { Cancelled } from '../../core/errors';

export interface Found {
  readonly middles: readonly Middle[];
  /** For the log. */
  readonly note: string;
  readonly ms: number;
}

/** `onText` receives the text that is certain so far. Rejects when aborted. */
export type Ask = (signal: AbortSignal, onText: (insert: string) => void) => Promise<Found>;

export interface Outcome {
  readonly middles: readonly Middle[];
  /** Where it is from, or why there is nothing. */
  readonly note: string;
}

export interface SuggestionRequest {
  readonly place: CursorPlace;
  readonly ask: Ask;
  /** The user asked for it: there is no pause, and a place that is remembered to have nothing is asked about again. */
  readonly isExplicit: boolean;
  readonly maxPauseMs: number;
}

const TYPED_ON: Outcome = { middles: [], note: 'typing continued' };

export class Suggester {
  private running: Running | undefined;

  constructor(
    private readonly suggestions: Suggestions,
    private readonly pause: RequestDelay,
  ) {}

  async suggest(request: SuggestionRequest, signal: AbortSignal): Promise<Outcome> {
    const { place, isExplicit } = request;
    const known = this.suggestions.find(place);
    if (known && (known.length > 0 || !isExplicit)) {
      if (!this.running?.fits(place)) this.stop();
      return { middles: known, note: known.length > 0 ? 'remembered' : 'remembered: nothing' };
    }
    const awaited = isExplicit ? undefined : await this.reused(place, signal);
    if (awaited) return awaited;
    this.stop();
    if (!isExplicit && !(await passes(this.pause.ms(request.maxPauseMs), signal))) return TYPED_ON;
    if (signal.aborted) return TYPED_ON;
    // Another place may have been asked about meanwhile; this one is later.
    this.stop();
    return this.asked(this.start(request), signal);
  }

  /** Asks in advance, if nothing else runs. */
  prepare(place: CursorPlace, ask: Ask): void {
    if (this.running || this.suggestions.find(place)) return;
    this.start({ place, ask }).done.catch(() => {});
  }

  stop(): void {
    this.running?.abort();
    this.running = undefined;
  }

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** The result of the running request for this place; undefined if it has none to wait for. */
  private async reused(place: CursorPlace, signal: AbortSignal): Promise<Outcome | undefined> {
    const { running } = this;
    if (!running?.fits(place)) return undefined;
    running.follow(place);
    const outcome = await this.asked(running, signal);
    if (outcome === TYPED_ON && !signal.aborted) return undefined;
    if (signal.aborted) return TYPED_ON;
    const left = this.suggestions.find(place);
    if (!left || (left.length === 0 && outcome.middles.length > 0)) return undefined;
    return {
      middles: left,
      note: `${outcome.note}, requested ${formatNumberOf(running.typed, 'key')} earlier`,
    };
  }

  private start({ place, ask }: Pick<SuggestionRequest, 'place' | 'ask'>): Running {
    const running = new Running(place, ask);
    this.running = running;
    const forget = () => {
      if (this.running === running) this.running = undefined;
    };
    running.done.then(({ middles, ms }) => {
      forget();
      this.pause.took(ms);
      this.suggestions.add({ ...place, middles });
    }, forget);
    return running;
  }

  private async asked(running: Running, signal: AbortSignal): Promise<Outcome> {
    try {
      const { middles, note } = await untilAborted(running.done, signal);
      return { middles, note };
    } catch (error) {
      // The text was another one when it came to be asked about.
      const isStale = error instanceof Cancelled;
      if (isStale || signal.aborted || running.isAborted) return TYPED_ON;
      throw error;
    }
  }
}

class Running {
  private readonly controller = new AbortController();
  private written = '';
  private last: CursorPlace;
  readonly done: Promise<Found>;

  constructor(
    private readonly place: CursorPlace,
    ask: Ask,
  ) {
    this.last = place;
    this.done = ask(this.controller.signal, insert => {
      this.written = insert;
      if (!this.fits(this.last)) this.abort();
    });
  }

  /** Keys typed since the request. */
  get typed(): number {
    return this.last.before.length - this.place.before.length;
  }

  get isAborted(): boolean {
    return this.controller.signal.aborted;
  }

  /** Whether the text typed since the request agrees with the completion, as far as that is known. */
  fits({ scene, before }: CursorPlace): boolean {
    if (this.isAborted || scene !== this.place.scene) return false;
    if (!before.startsWith(this.place.before)) return false;
    const typed = before.slice(this.place.before.length);
    return this.written.startsWith(typed) || typed.startsWith(this.written);
  }

  follow(place: CursorPlace): void {
    this.last = place;
  }

  abort(): void {
    this.controller.abort();
  }
}

/** Whether the time passes before the signal is aborted. */
function passes(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve(false);
    const abort = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve(true);
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error('aborted'));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
