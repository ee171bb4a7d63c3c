// Numbers and strings of a GGUF file one after another, read through one window, so that what is skipped is not kept.
import { UserError } from '../../core/errors';
import type { ByteSource } from '../files/byteSource';

const WINDOW_BYTES = 256 << 10;
/** The longest known string, a whole tokenizer.json in the metadata, has a third of it. */
const LONGEST_STRING = 64 << 20;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class ValueReader {
  private window: Uint8Array = new Uint8Array(0);
  private view: DataView = new DataView(new ArrayBuffer(0));
  private windowAt = 0;

  /** `name` is for messages. */
  constructor(
    private readonly source: ByteSource,
    readonly name: string,
    public at = 0,
  ) {}

  /** Throws `UserError` where the file has fewer bytes after `at`. */
  need(bytes: number, what: string): void {
    if (bytes <= this.source.size - this.at) return;
    throw new UserError(
      `${this.name} is truncated or damaged: ${what} at byte ${this.at} ends beyond the file's ${this.source.size} bytes. Download it again.`,
    );
  }

  u8(what: string): number {
    const at = this.take(1, what);
    return this.view.getUint8(at);
  }
  i8(what: string): number {
    return (this.u8(what) << 24) >> 24;
  }
  u16(what: string): number {
    const at = this.take(2, what);
    return this.view.getUint16(at, true);
  }
  i16(what: string): number {
    return (this.u16(what) << 16) >> 16;
  }
  u32(what: string): number {
    const at = this.take(4, what);
    return this.view.getUint32(at, true);
  }
  i32(what: string): number {
    return this.u32(what) | 0;
  }
  f32(what: string): number {
    const at = this.take(4, what);
    return this.view.getFloat32(at, true);
  }
  f64(what: string): number {
    const at = this.take(8, what);
    return this.view.getFloat64(at, true);
  }
  /** Above 2^53 the nearest number, which no count or offset may be. */
  u64(what: string): number {
    const at = this.take(8, what);
    return this.view.getUint32(at + 4, true) * 2 ** 32 + this.view.getUint32(at, true);
  }
  i64(what: string): number {
    const at = this.take(8, what);
    return this.view.getInt32(at + 4, true) * 2 ** 32 + this.view.getUint32(at, true);
  }

  string(what: string, longest = LONGEST_STRING): string {
    const length = this.lengthOf(what, longest);
    if (length > WINDOW_BYTES) {
      const bytes = this.source.read(this.at, length);
      this.at += length;
      return decoder.decode(bytes);
    }
    const at = this.take(length, what);
    return decoder.decode(this.window.subarray(at, at + length));
  }

  skipString(what: string): void {
    const length = this.lengthOf(what, LONGEST_STRING);
    this.at += length;
  }

  private lengthOf(what: string, longest: number): number {
    const length = this.u64(what);
    if (length > longest)
      throw new UserError(
        `${this.name} is damaged: ${what} at byte ${this.at - 8} has ${length} bytes; the limit is ${longest}.`,
      );
    this.need(length, what);
    return length;
  }

  /** Moves past `bytes`; returns where in the window they are. */
  private take(bytes: number, what: string): number {
    const { at } = this;
    if (at < this.windowAt || at + bytes > this.windowAt + this.window.length) {
      this.need(bytes, what);
      this.window = this.source.read(at, WINDOW_BYTES);
      this.windowAt = at;
      this.view = new DataView(this.window.buffer, this.window.byteOffset, this.window.byteLength);
      // The file became shorter while it was read.
      if (this.window.length < bytes) this.refuse(`${what} at byte ${at} could not be read`);
    }
    this.at += bytes;
    return at - this.windowAt;
  }

  /** Throws `UserError` that names the file. */
  refuse(problem: string): never {
    throw new UserError(`${this.name} is damaged: ${problem}.`);
  }
}
