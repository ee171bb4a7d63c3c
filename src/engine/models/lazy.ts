// Something that is opened when it is first asked for: another model, a pair.
import { Cancelled } from '../../core/errors';

export class Lazy<T extends { dispose(): void }> {
  private opening: Promise<T> | undefined;
  private opened: T | undefined;

  constructor(private readonly open: () => Promise<T>) {}

  /** Undefined until it was asked for and opened. */
  get current(): T | undefined {
    return this.opened;
  }

  /** Throws what `open` throws, and tries again when it is asked again; `Cancelled` where it was closed meanwhile. */
  async get(): Promise<T> {
    const opening = (this.opening ??= this.open());
    try {
      const value = await opening;
      if (this.opening !== opening) throw new Cancelled();
      return (this.opened = value);
    } catch (error) {
      if (this.opening === opening) this.opening = undefined;
      throw error;
    }
  }

  /** In place of what was opened. */
  replace(value: T): void {
    this.close();
    this.opening = Promise.resolve(value);
    this.opened = value;
  }

  /** Disposes what was opened, or what is being opened once it is. The next request opens it anew. */
  close(): void {
    void this.opening?.then(
      value => value.dispose(),
      () => {},
    );
    this.opening = undefined;
    this.opened = undefined;
  }
}
