// Exact probabilities at the end of a text that grows and shrinks byte by byte: what the model has said of a
// path is kept while the path, or one that begins with it, may be returned to.
import { byteStringOf, type ByteString } from './byteString';
import { coverTree, noTrunk, settle, type CoverTree, type Trunk } from './coverTree';
import type { TokenModel } from './tokenModel';
import {
  headMasses,
  leakOf,
  massOf,
  nextByte,
  pathLogprobs,
  renormalise,
  type NextByte,
  type ScoredTree,
} from './nextByte';
import { InexactError } from '../errors';
import { PathRows } from './pathRows';
import type { Acceptance } from './nextTokenClasses';
import type { ByteRules } from './byteRules';
import { everyTokenisation, tokenisationTree } from './tokenizationTree';

interface State {
  readonly bytes: ByteString;
  readonly trunk: Trunk;
  readonly scored: ScoredTree;
  /** [node]; the paths' numbers. */
  readonly paths: readonly number[];
}

/** States that `back` returns to without asking the model. */
const KEPT_STATES = 32;

export class ByteCursor {
  readonly #rules: ByteRules;
  readonly #model: TokenModel;
  readonly #ends: ReadonlySet<number>;
  /** What the tokenizer puts before the text. */
  readonly #opening: ByteString;
  /** The last is the one in hand. */
  #states: State[] = [];
  #rows: PathRows;
  /** Before the text was last opened anew. */
  #evaluatedBefore = 0;
  readonly #lazy: number;

  private constructor(rules: ByteRules, model: TokenModel, begins: boolean, lazy: number) {
    this.#rules = rules;
    this.#model = model;
    this.#ends = new Set(model.ends);
    this.#lazy = lazy;
    this.#rows = new PathRows(rules, model, [], lazy);
    this.#opening = begins ? rules.opening : '';
  }

  /**
   * At the end of `bytes`, which may end inside a character. `begins`: whether they begin a text, rather than at
   * a place where it is cut. `lazy`: ways to cut them that have less than this share of their probability may be
   * left out, and are then `untested` in e2. Throws `InexactError`.
   */
  static async openAt(
    rules: ByteRules,
    model: TokenModel,
    bytes: Uint8Array,
    begins = true,
    lazy = 0,
  ): Promise<ByteCursor> {
    const text = byteStringOf(bytes);
    rules.check(text, 0, begins);
    const cursor = new ByteCursor(rules, model, begins, lazy);
    await cursor.#open(cursor.#opening + text);
    return cursor;
  }

  /** Of the text, in bytes. */
  get length(): number {
    return this.#state.bytes.length - this.#opening.length;
  }

  /** Rows that the model was asked for so far. */
  get evaluated(): number {
    return this.#evaluatedBefore + this.#rows.evaluated;
  }

  /** What the bytes so far settle. */
  get trunk(): Trunk {
    return this.#state.trunk;
  }

  get tree(): CoverTree {
    return this.#state.scored.tree;
  }

  /** Nats: Π(x), given the tokens that all continuations of the first text in hand have in common. */
  get logMass(): number {
    return massOf(this.#rules, this.#state.scored);
  }

  /** Nats: Π(x), nothing given. Asks the model anew. */
  async logMassFromStart(): Promise<number> {
    const { start } = this.#rows;
    const root = { parent: -1, token: -1 };
    const nodes = [root, ...start.slice(0, -1).map((token, parent) => ({ parent, token }))];
    const rows = start.length > 0 ? await this.#model.rows([], nodes, [...nodes.keys()]) : [];
    return rows.reduce((sum, row, i) => sum + row[start[i]!]!, this.logMass);
  }

  /** [head of the tree], nats: what the covers that end there come to, as `logMass` counts. */
  get headMasses(): number[] {
    return headMasses(this.#rules, this.#state.scored);
  }

  /** Nats, as `logMass` counts: the cover that is these tokens and ends with the text; -Infinity if none does. */
  massOfCover(tokens: ArrayLike<number>): number {
    const { tree, logprobs } = this.#state.scored;
    for (const { node, rest } of tree.heads) {
      if (rest !== '') continue;
      const path: number[] = [];
      for (let at = node; at > 0; at = tree.nodes[at]!.parent) path.unshift(tree.nodes[at]!.token);
      const own = [...tree.trunk, ...path];
      if (own.length === tokens.length && own.every((id, i) => id === tokens[i])) {
        return logprobs[node]!;
      }
    }
    return -Infinity;
  }

  /** e2. `untested` is the most mass that each row may leave untested. */
  next(untested = 0): NextByte {
    return nextByte(this.#rules, this.#state.scored, untested, this.#accepted);
  }

  /** A probability: the leak, of which each row may leave up to `untested` out. */
  leak(untested: number): number {
    const { scored } = this.#state;
    const width = scored.rows[0]!.length;
    return leakOf(this.#rules, scored, this.logMass, Math.log(untested / width));
  }

  /** e3. Throws `InexactError` for a lazy cursor: what is left out is not renormalised. */
  nextRenormalised(): NextByte {
    const accepted = this.#accepted;
    if (this.#lazy > 0) throw new InexactError('In mode e3 no way to cut the text may be left out');
    return nextByte(
      this.#rules,
      renormalise(this.#rules, this.#state.scored, accepted),
      0,
      accepted,
    );
  }

  /** e1: `logMass` and the bytes' log-probabilities with it added are lower bounds. Asks the model anew. */
  async nextInAllTokenisations(): Promise<NextByte> {
    const { bytes, trunk, scored } = this.#state;
    const tree = tokenisationTree(this.#rules, bytes, trunk);
    const rows = await this.#model.rows(tree.trunk, tree.nodes, [...tree.nodes.keys()]);
    // The canonical trunk is one of the paths: both trees count from the same beginning.
    const relative = pathLogprobs(tree, rows, 0);
    let node = 0;
    for (const token of scored.tree.trunk.slice(tree.trunk.length)) {
      node = tree.nodes.findIndex(next => next.parent === node && next.token === token);
    }
    const logprobs = pathLogprobs(tree, rows, scored.logprobs[0]! - relative[node]!);
    return nextByte(this.#rules, { tree, rows, logprobs, ends: this.#ends }, 0, everyTokenisation);
  }

  /** Throws `InexactError`, and stays where it is, if no text has the byte here. */
  async advance(byte: number): Promise<void> {
    const { bytes, trunk } = this.#state;
    await this.#enter(bytes + String.fromCharCode(byte), trunk);
    this.#states.splice(0, this.#states.length - KEPT_STATES);
    this.#rows.keep(new Set(this.#states.flatMap(({ paths }) => paths)));
  }

  /** Drops the last byte, if there is one. */
  async back(): Promise<void> {
    const { bytes } = this.#state;
    if (this.#states.length > 1) this.#states.pop();
    else if (this.length > 0) await this.#open(bytes.slice(0, -1));
  }

  /** An empty text has no opening: behind an opening alone no text ends. */
  get #accepted(): Acceptance {
    const { canonical } = this.#rules;
    if (this.#opening === '' || this.length > 0) return canonical;
    return { follower: prefix => canonical.follower(prefix), endsText: () => false };
  }

  get #state(): State {
    return this.#states.at(-1)!;
  }

  async #open(bytes: ByteString): Promise<void> {
    const trunk = settle(this.#rules, bytes, noTrunk);
    const start = coverTree(this.#rules, bytes, trunk).trunk;
    this.#states = [];
    this.#evaluatedBefore = this.evaluated;
    this.#rows = new PathRows(this.#rules, this.#model, start, this.#lazy);
    await this.#enter(bytes, trunk);
  }

  async #enter(bytes: ByteString, before: Trunk): Promise<void> {
    if (before.offset > 0) this.#rules.check(bytes, before.offset);
    else this.#rules.check(bytes.slice(this.#opening.length), 0, this.#opening !== '');
    const trunk = settle(this.#rules, bytes, before);
    const tree = coverTree(this.#rules, bytes, trunk);
    this.#states.push({ bytes, trunk, ...(await this.#rows.score(tree, this.#ends)) });
  }
}
