// Completions by enumeration, from the definitions alone: every canonical token sequence that extends just past the
// cursor, then the most probable token that the tokenizer can produce next.
import { Oracle } from './byteOracle';
import type { TestModel, Toy } from './toys';

export interface Leaf {
  /** Empty after it: the text ends. */
  readonly tokens: readonly number[];
  readonly ends: boolean;
  /** Nats. */
  readonly logprob: number;
}

export class CompletionOracle {
  readonly bytes: Oracle;

  constructor(
    private readonly toy: Toy,
    private readonly model: TestModel,
  ) {
    this.bytes = new Oracle(toy, model.row);
  }

  /** Canonical beginnings of texts that begin with `x`, up to the token that extends past it; and the text `x` itself. */
  leaves(x: Uint8Array): Leaf[] {
    const leaves: Leaf[] = [];
    const walk = (tokens: readonly number[], at: number, logprob: number) => {
      const row = this.model.row(tokens);
      for (const next of this.toy.support) {
        if (this.toy.tokenizer.isSpecial(next)) continue;
        const bytes = this.toy.tokenizer.bytesOf(next);
        if (!bytes.every((b, i) => at + i >= x.length || b === x[at + i])) continue;
        const longer = [...tokens, next];
        if (!this.bytes.isCanonical(longer)) continue;
        const end = at + bytes.length;
        if (end > x.length)
          leaves.push({ tokens: longer, ends: false, logprob: logprob + row[next]! });
        else walk(longer, end, logprob + row[next]!);
      }
    };
    walk([], 0, 0);
    const end = this.bytes.end(x, 'e2');
    if (end > 0) leaves.push({ tokens: [], ends: true, logprob: Math.log(end) });
    return leaves.sort((a, b) => b.logprob - a.logprob);
  }

  /** The most probable token that may follow `tokens`; undefined: the text ends, or nothing may follow. */
  next(tokens: readonly number[]): number | undefined {
    const { tokenizer, support, end } = this.toy;
    const row = this.model.row(tokens);
    const bytes = Uint8Array.from(tokens.flatMap(token => [...tokenizer.bytesOf(token)]));
    const mayEnd = this.bytes.end(bytes, 'e2') > 0 && isWhole(this.toy, tokens);
    const possible = support.filter(token =>
      token === end
        ? mayEnd
        : !tokenizer.isSpecial(token) && this.bytes.isCanonical([...tokens, token]),
    );
    if (possible.length === 0) return undefined;
    const best = possible.reduce((a, b) => (row[b]! > row[a]! ? b : a));
    return best === end ? undefined : best;
  }
}

/** Whether these are the tokens of the text that they spell. */
function isWhole({ tokenizer }: Toy, tokens: readonly number[]): boolean {
  const bytes = Uint8Array.from(tokens.flatMap(token => [...tokenizer.bytesOf(token)]));
  return tokenizer.encode(Buffer.from(bytes).toString('utf8')).ids.join() === tokens.join();
}
