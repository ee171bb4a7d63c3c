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

/** What the model is given by itself: a stretch of the text as the normalizers and the pre_tokenizer left it. */
export interface Pretoken {
  readonly text: string;
  /** Its tokens are [first, end); at least one. */
  readonly first: number;
  readonly end: number;
}

/** Remembers the pretokens, too. */
export class PretokenList extends TokenList {
  readonly pretokens: Pretoken[] = [];

  /** The tokens from `first` on are the pretoken's. */
  close(text: string, first: number): void {
    this.pretokens.push({ text, first, end: this.count });
  }
}
