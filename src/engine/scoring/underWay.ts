// What is being computed for someone who looks at it. Work that nobody waits for begins its parts when there is none.

export class UnderWay {
  private readonly running = new Set<Promise<unknown>>();

  /** Answers the work itself. */
  add<T>(work: Promise<T>): Promise<T> {
    const ended: Promise<unknown> = work.catch(() => {}).finally(() => this.running.delete(ended));
    this.running.add(ended);
    return work;
  }

  /** Returns once nothing is running, also of what was added in the meantime. */
  async ended(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
