// Notices a process that hangs: while requests are pending it is asked for an answer that costs nothing.

export interface WatchdogLimits {
  readonly everyMs: number;
  /** Counted, not timed: a machine that wakes from sleep has missed them all at once. */
  readonly missedAnswers: number;
}

/** A minute: the longest computation between two answers takes seconds. */
const LIMITS: WatchdogLimits = { everyMs: 5000, missedAnswers: 12 };

export class Watchdog {
  private requests = 0;
  private timer: NodeJS.Timeout | undefined;
  private isAnswered = true;
  private missed = 0;

  /** `ping` resolves when the process answers; `onSilence` is called once for each silence. */
  constructor(
    private readonly ping: () => Promise<unknown>,
    private readonly onSilence: () => void,
    private readonly limits: WatchdogLimits = LIMITS,
  ) {}

  /** Watches until the request is settled. */
  async during<T>(request: Promise<T>): Promise<T> {
    this.requests++;
    this.timer ??= setInterval(() => this.check(), this.limits.everyMs);
    try {
      return await request;
    } finally {
      if (--this.requests === 0) this.stop();
    }
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.missed = 0;
  }

  private check(): void {
    if (!this.isAnswered) {
      if (++this.missed === this.limits.missedAnswers) this.onSilence();
      return;
    }
    this.missed = 0;
    this.isAnswered = false;
    const answer = () => void (this.isAnswered = true);
    // An error is an answer, too.
    this.ping().then(answer, answer);
  }
}
