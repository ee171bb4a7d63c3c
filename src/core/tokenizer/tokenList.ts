/** Token ids, which grow as they come. */
export class TokenList {
  ids: Uint32Array;
  count = 0;

  constructor(capacity: number) {
    this.ids = new Uint32Array(capacity);
  }

  add(id: number): void {
    if (this.count === this.ids.length) this.reserve(1);
    this.ids[this.count++] = id;
  }

  /** Makes room for `more` ids behind the last one. */
  reserve(more: number): void {
    if (this.count + more <= this.ids.length) return;
    const larger = new Uint32Array(Math.max(this.ids.length * 2, this.count + more));
    larger.set(this.ids.subarray(0, this.count));
    this.ids = larger;
  }
}
