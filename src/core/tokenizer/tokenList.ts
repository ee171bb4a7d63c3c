/** A growable list of token ids. */
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

  /** Makes room for `more` ids after the last one. */
  reserve(more: number): void {
    if (this.count + more <= this.ids.length) return;
    const larger = new Uint32Array(Math.max(this.ids.length * 2, this.count + more));
    larger.set(this.ids.subarray(0, this.count));
    this.ids = larger;
  }
}

/** What the model is given at once: a part of the text as left by the normalizers and the pre_tokenizer. */
export interface Pretoken {
  readonly text: string;
  /** Its tokens are [first, end); at least one. */
  readonly first: number;
  readonly end: number;
}

/** Also records the pretokens. */
export class PretokenList extends TokenList {
  readonly pretokens: Pretoken[] = [];

  /** Ends a pretoken whose tokens are those from `first` on. */
  close(text: string, first: number): void {
    this.pretokens.push({ text, first, end: this.count });
  }
}
