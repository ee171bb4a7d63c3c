// The lexicon of Less-is-Better (Yang, Frank and van den Bosch 2020, "Less is Better: A cognitively inspired unsupervised
// model for language segmentation"): units in the order of their use, the best one first, and their beginnings.

interface Node {
  readonly next: Map<string, Node>;
  unit: Unit | undefined;
}

export interface Unit {
  readonly text: string;
  /** In characters. */
  readonly length: number;
  /** Its place in the order; -1 if it is not in the lexicon. */
  rank: number;
}

export class Lexicon {
  readonly #root: Node = { next: new Map(), unit: undefined };
  readonly #order: Unit[] = [];

  get size(): number {
    return this.#order.length;
  }

  /** The best ones first. */
  get units(): readonly Unit[] {
    return this.#order;
  }

  /** The unit of characters[from, to), if it is in the lexicon. */
  find(characters: readonly string[], from: number, to: number): Unit | undefined {
    let node: Node | undefined = this.#root;
    for (let i = from; node && i < to; i++) node = node.next.get(characters[i]!);
    return node?.unit;
  }

  /** The longest unit that characters[from, to) begin with, and the next shorter one. */
  longest(
    characters: readonly string[],
    from: number,
    to: number,
  ): { unit: Unit | undefined; shorter: Unit | undefined } {
    let node: Node | undefined = this.#root;
    let unit: Unit | undefined;
    let shorter: Unit | undefined;
    for (let i = from; i < to; i++) {
      node = node.next.get(characters[i]!);
      if (!node) break;
      if (node.unit) [shorter, unit] = [unit, node.unit];
    }
    return { unit, shorter };
  }

  /** Adds a unit that is not in the lexicon, as its last. */
  append(characters: readonly string[]): Unit {
    let node = this.#root;
    for (const character of characters) {
      let next = node.next.get(character);
      if (!next) node.next.set(character, (next = { next: new Map(), unit: undefined }));
      node = next;
    }
    const unit = { text: characters.join(''), length: characters.length, rank: this.size };
    node.unit = unit;
    this.#order.push(unit);
    return unit;
  }

  /** Moves a unit by `step` places to the front. `step` is at most its rank. */
  advance(unit: Unit, step: number): void {
    const to = unit.rank - step;
    for (let i = unit.rank; i > to; i--) this.#put(this.#order[i - 1]!, i);
    this.#put(unit, to);
  }

  /** Moves a unit by `step` places to the end; beyond the end it is removed. */
  retreat(unit: Unit, step: number): void {
    const to = unit.rank + step;
    if (to >= this.size) return this.remove([unit]);
    for (let i = unit.rank; i < to; i++) this.#put(this.#order[i + 1]!, i);
    this.#put(unit, to);
  }

  /** Those of the units that are in the lexicon. */
  remove(units: Iterable<Unit>): void {
    for (const unit of units) {
      if (unit.rank < 0) continue;
      unit.rank = -1;
      this.#forget(this.#root, [...unit.text], 0);
    }
    let kept = 0;
    for (const unit of this.#order) if (unit.rank >= 0) this.#put(unit, kept++);
    this.#order.length = kept;
  }

  #put(unit: Unit, rank: number): void {
    this.#order[rank] = unit;
    unit.rank = rank;
  }

  /** Removes the unit of characters from `at` on, and what no other unit begins with. */
  #forget(node: Node, characters: readonly string[], at: number): void {
    if (at === characters.length) {
      node.unit = undefined;
      return;
    }
    const next = node.next.get(characters[at]!)!;
    this.#forget(next, characters, at + 1);
    if (!next.unit && next.next.size === 0) node.next.delete(characters[at]!);
  }
}
