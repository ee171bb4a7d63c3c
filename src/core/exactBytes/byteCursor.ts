// Exact probabilities at the end of a text that grows and shrinks byte by byte. Rows of the model are kept as long as
// the cursor may return to their path, or to one that begins with it.
import { byteStringOf, type ByteString } from './byteString';
import { coverTree, settle, type CoverTree } from './coverTree';
import { noTrunk, type Trunk } from './trunk';
import type { LogprobRow, TokenModel } from './tokenModel';
import {
  headMasses,
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
  /** [node]; the numbers of the paths in `PathRows`. */
  readonly paths: readonly number[];
}

/** States that `back` can return to without asking the model. */
const KEPT_STATES = 32;

export class ByteCursor {
  readonly #rules: ByteRules;
  readonly #model: TokenModel;
  readonly #ends: ReadonlySet<number>;
  /** What the tokenizer prepends to the text. */
  readonly #opening: ByteString;
  /** What is known of the text before any of its bytes. */
  readonly #beginning: Trunk;
  /** The last one is current. */
  #states: State[] = [];
  #rows: PathRows;
  /** Rows requested before the text was last opened anew. */
  #evaluatedBefore = 0;
  readonly #lazy: number;

  private constructor(
    rules: ByteRules,
    model: TokenModel,
    begins: boolean,
    lazy: number,
    beginning: Trunk,
  ) {
    this.#rules = rules;
    this.#model = model;
    this.#ends = new Set(model.ends);
    this.#lazy = lazy;
    this.#rows = new PathRows(rules, model, [], lazy);
    this.#opening = begins ? rules.opening : '';
    this.#beginning = beginning;
  }

  /**
   * A cursor at the end of `bytes`, which may end inside a character. `begins`: whether they are the beginning of a
   * text rather than of a window. `lazy`: tokenizations with less than this share of the probability may be left out;
   * in e2 they count as `untested`. `beginning`: for e2 and e3, what is known of the text whatever its bytes. Throws
   * `InexactError`.
   */
  static async openAt(
    rules: ByteRules,
    model: TokenModel,
    bytes: Uint8Array,
    begins = true,
    lazy = 0,
    beginning = noTrunk,
  ): Promise<ByteCursor> {
    const text = byteStringOf(bytes);
    rules.check(text, 0, begins);
    const cursor = new ByteCursor(rules, model, begins, lazy, beginning);
    await cursor.#open(cursor.#opening + text);
    return cursor;
  }

  /** The length of the text in bytes. */
  get length(): number {
    return this.#state.bytes.length - this.#opening.length;
  }

  /** The number of rows requested so far. */
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

  /** Nats: Π(x), given the tokens that all continuations of the first opened text share. */
  get logMass(): number {
    return massOf(this.#rules, this.#state.scored);
  }

  /** Nats: Π(x), unconditional. Makes a new request to the model. */
  async logMassFromStart(): Promise<number> {
    const { start } = this.#rows;
    const root = { parent: -1, token: -1 };
    const nodes = [root, ...start.slice(0, -1).map((token, parent) => ({ parent, token }))];
    const rows = start.length > 0 ? await this.#model.rows([], nodes, [...nodes.keys()]) : [];
    return rows.reduce((sum, row, i) => sum + row[start[i]!]!, this.logMass);
  }

  /** [head of the tree], nats: the mass of the covers that end there, relative as `logMass`. */
  get headMasses(): number[] {
    return headMasses(this.#rules, this.#state.scored);
  }

  /**
   * Nats, relative as `logMass`: the mass of the cover that consists of these tokens and ends with the text; -Infinity
   * if there is none.
   */
  massOfCover(tokens: ArrayLike<number>): number {
    const node = this.#nodeOf(tokens);
    return node === undefined ? -Infinity : this.#state.scored.logprobs[node]!;
  }

  /** The rows before and after the last token of a cover that ends with the text; undefined where they were not asked for. */
  rowsAround(tokens: ArrayLike<number>): { before: LogprobRow; after: LogprobRow } | undefined {
    const { tree, rows } = this.#state.scored;
    const node = this.#nodeOf(tokens);
    if (node === undefined) return undefined;
    const before = rows[tree.nodes[node]!.parent];
    const after = rows[node];
    return before && after && { before, after };
  }

  /** The node at the end of a cover that ends with the text. */
  #nodeOf(tokens: ArrayLike<number>): number | undefined {
    const { tree } = this.#state.scored;
    for (const { node, rest } of tree.heads) {
      if (rest !== '') continue;
      const path: number[] = [];
      for (let at = node; at > 0; at = tree.nodes[at]!.parent) path.unshift(tree.nodes[at]!.token);
      const own = [...tree.trunk, ...path];
      if (own.length === tokens.length && own.every((id, i) => id === tokens[i])) return node;
    }
    return undefined;
  }

  /** The next byte in mode e2. `untested`: the largest probability that may be left untested per row. */
  next(untested = 0): NextByte {
    return nextByte(this.#rules, this.#state.scored, untested, this.#accepted);
  }

  /**
   * The next byte in mode e3. Throws `InexactError` for a lazy cursor, because what is left out is not renormalised.
   */
  nextRenormalised(): NextByte {
    const accepted = this.#accepted;
    if (this.#lazy > 0)
      throw new InexactError('Mode e3 does not support leaving out tokenizations');
    return nextByte(
      this.#rules,
      renormalise(this.#rules, this.#state.scored, accepted),
      0,
      accepted,
    );
  }

  /**
   * The next byte in mode e1: `logMass`, and the bytes' log-probabilities plus `logMass`, are lower bounds. Makes a new
   * request to the model.
   */
  async nextInAllTokenisations(): Promise<NextByte> {
    const { bytes, trunk, scored } = this.#state;
    const tree = tokenisationTree(this.#rules, bytes, trunk);
    const rows = await this.#model.rows(tree.trunk, tree.nodes, [...tree.nodes.keys()]);
    // The canonical trunk is one of the paths, so both trees can be made relative to the same beginning.
    const relative = pathLogprobs(tree, rows, 0);
    let node = 0;
    for (const token of scored.tree.trunk.slice(tree.trunk.length)) {
      node = tree.nodes.findIndex(next => next.parent === node && next.token === token);
    }
    const logprobs = pathLogprobs(tree, rows, scored.logprobs[0]! - relative[node]!);
    return nextByte(this.#rules, { tree, rows, logprobs, ends: this.#ends }, 0, everyTokenisation);
  }

  /** Throws `InexactError` and stays in place if no text has this byte here. */
  async advance(byte: number): Promise<void> {
    const { bytes, trunk } = this.#state;
    await this.#enter(bytes + String.fromCharCode(byte), trunk);
    this.#states.splice(0, this.#states.length - KEPT_STATES);
    this.#rows.keep(new Set(this.#states.flatMap(({ paths }) => paths)));
  }

  /** Removes the last byte, if there is one. */
  async back(): Promise<void> {
    const { bytes } = this.#state;
    if (this.#states.length > 1) this.#states.pop();
    else if (this.length > 0) await this.#open(bytes.slice(0, -1));
  }

  /** An empty text has no opening, so no text ends directly after the opening. */
  get #accepted(): Acceptance {
    const { canonical } = this.#rules;
    if (this.#opening === '' || this.length > 0) return canonical;
    return {
      follower: prefix => canonical.follower(prefix),
      followers: prefix => canonical.followers(prefix),
      endsText: () => false,
    };
  }

  get #state(): State {
    return this.#states.at(-1)!;
  }

  async #open(bytes: ByteString): Promise<void> {
    const trunk = settle(this.#rules, bytes, this.#beginning);
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
