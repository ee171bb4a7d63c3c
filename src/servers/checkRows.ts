// Whether an answer is what was asked for. A server that answers something else must not become a colour.
import { quote } from '../core/json';
import type { Alternative, TokenRow } from './server';
import type { ServerClient } from './serverClient';

/** Servers write −9999 where there is no number; no softmax in 32 bits has one near it. */
const NO_NUMBER = -1000;
/** Nats: what rounding in 16 bits and in decimals may differ. */
const ROUNDING = 0.02;
/** What probabilities may sum to beyond 1, by the same. */
const MASS = 0.02;

export class RowChecks {
  constructor(
    private readonly client: ServerClient,
    private readonly vocabSize: number,
  ) {}

  /** `id`: the token that the row has to be of. Throws `UserError` that says what is wrong. */
  row(
    id: number,
    said: unknown,
    logprob: unknown,
    rank: unknown,
    top: readonly Alternative[],
  ): TokenRow {
    this.sameId(id, said);
    const own = this.logprob(logprob, `of token ${id}`);
    this.alternatives(top);
    const listed = top.findIndex(other => other.id === id);
    const least = top.at(-1)?.logprob ?? Infinity;
    if (listed >= 0) this.same(id, top[listed]!.logprob, own);
    if (listed < 0 && top.length > 0 && own > least + ROUNDING)
      throw this.wrong(
        `token ${id} is more likely than one of the top tokens, but is not among them`,
      );
    const all = listed < 0 ? [...top, { id, logprob: own }] : top;
    this.mass(all.map(each => each.logprob));
    return { logprob: own, rank: this.rank(id, rank, own, listed, top), top };
  }

  /** Of one place, nats. */
  mass(logprobs: readonly number[]): void {
    const mass = logprobs.reduce((sum, logprob) => sum + Math.exp(logprob), 0);
    if (mass > 1 + MASS)
      throw this.wrong(`the probabilities at one position sum to ${mass.toFixed(3)}`);
  }

  /** Of a list of the likeliest: in order, none twice, each in the vocabulary. */
  alternatives(top: readonly Alternative[]): void {
    let before = Infinity;
    const seen = new Set<number>();
    for (const { id, logprob } of top) {
      this.inVocabulary(id);
      if (seen.has(id)) throw this.wrong(`token ${id} is listed twice among the top tokens`);
      seen.add(id);
      this.logprob(logprob, `of token ${id}`);
      if (logprob > before + 1e-6)
        throw this.wrong('the top tokens are not in order of probability');
      before = logprob;
    }
  }

  /** The ids of what a server wrote, each in the vocabulary. */
  written(value: unknown): Uint32Array {
    if (!Array.isArray(value)) throw this.wrong('the generated tokens have no ids');
    return Uint32Array.from(value as unknown[], id => this.inVocabulary(id));
  }

  /** The ids of a text by the server's tokenizer, which may be another one than ours. */
  ids(value: unknown): number[] {
    const ids: unknown[] = Array.isArray(value) ? value : [];
    return ids.map(id => {
      if (typeof id === 'number' && Number.isInteger(id) && id >= 0) return id;
      throw this.wrong(`${quote(id)} is not a token id`);
    });
  }

  count(got: number, wanted: number): void {
    if (got === wanted) return;
    throw this.wrong(`it returned ${got} tokens where ${wanted} were requested`);
  }

  /** Of a vocabulary of fewer tokens all are listed. */
  listed(got: number, wanted: number): void {
    if (got === Math.min(wanted, this.vocabSize)) return;
    throw this.wrong(`it returned ${got} top tokens where ${wanted} were requested`);
  }

  /** Of one token, which was given twice. */
  same(id: number, one: number, other: unknown): void {
    if (typeof other === 'number' && Math.abs(one - other) <= ROUNDING) return;
    throw this.wrong(`token ${id} has two different log-probabilities, ${one} and ${quote(other)}`);
  }

  sameId(id: number, said: unknown): void {
    if (said === id) return;
    throw this.wrong(
      `it has token ${quote(said)} where the tokenizer has token ${id}; its tokenizer may differ, or its model may have changed`,
    );
  }

  /** Nats. */
  logprob(value: unknown, of: string): number {
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw this.wrong(`the log-probability ${of} is ${quote(value)}`);
    if (value < NO_NUMBER)
      throw this.wrong(`the log-probability ${of} is ${value}, a placeholder for a missing value`);
    if (value > ROUNDING)
      throw this.wrong(`the log-probability ${of} is ${value}, which is above 0`);
    return Math.min(0, value);
  }

  /** Of what may be unlikelier than any number says. */
  isNone(value: unknown): boolean {
    return value === null || (typeof value === 'number' && value < NO_NUMBER);
  }

  wrong(what: string) {
    return this.client.unexpected(what);
  }

  private inVocabulary(id: unknown): number {
    if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < this.vocabSize) return id;
    throw this.wrong(`token id ${quote(id)} is not in the vocabulary of ${this.vocabSize} tokens`);
  }

  /** The server's own where it gives one, else the place among the likeliest, else 0. */
  private rank(
    id: number,
    said: unknown,
    own: number,
    listed: number,
    top: readonly Alternative[],
  ): number {
    const above = top.filter(other => other.logprob > own + ROUNDING).length;
    if (said === undefined || said === null)
      return listed < 0 ? 0 : top.filter(other => other.logprob > top[listed]!.logprob).length + 1;
    const isRank = typeof said === 'number' && Number.isInteger(said) && said >= 1;
    if (!isRank || said > this.vocabSize || said <= above)
      throw this.wrong(
        `token ${id} has the rank ${quote(said)}, which is not a rank that fits its probability`,
      );
    return said;
  }
}
