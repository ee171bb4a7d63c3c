// A cache of suggestions by the text before the cursor. A radix trie finds every suggestion that begins with what has
// been typed since.
import { fitMiddle, isLeft, restOfMiddle, type Middle } from './middle';

export interface CursorPlace {
  /** What a suggestion depends on besides: the document, the text after the closers, the settings. */
  readonly scene: string;
  readonly before: string;
  /** What follows the cursor and may have been written by the editor. */
  readonly closers: string;
}

/** What was suggested at a place. */
export interface Suggestion extends CursorPlace {
  readonly middles: readonly Middle[];
}

interface Node<T> {
  edge: string;
  /** Keyed by first character. */
  readonly children: Map<string, Node<T>>;
  value: T | undefined;
}

/** Maps strings by their prefixes. Edges share the strings that they are slices of. */
export class RadixTrie<T> {
  readonly #root: Node<T> = { edge: '', children: new Map(), value: undefined };

  set(key: string, value: T): void {
    let node = this.#root;
    for (let at = 0; at < key.length;) {
      const child = node.children.get(key[at]!);
      if (!child) {
        const leaf: Node<T> = { edge: key.slice(at), children: new Map(), value };
        node.children.set(key[at]!, leaf);
        return;
      }
      const common = commonLength(child.edge, key, at);
      if (common < child.edge.length) split(child, common);
      node = child;
      at += common;
    }
    node.value = value;
  }

  delete(key: string): void {
    const path = [this.#root];
    for (let at = 0; at < key.length;) {
      const child = path.at(-1)!.children.get(key[at]!);
      if (!child || !key.startsWith(child.edge, at)) return;
      path.push(child);
      at += child.edge.length;
    }
    const node = path.pop()!;
    node.value = undefined;
    const parent = path.pop();
    if (!parent || node.value !== undefined) return;
    if (node.children.size === 0) parent.children.delete(node.edge[0]!);
    else if (node.children.size === 1) join(node);
    if (parent !== this.#root && parent.value === undefined && parent.children.size === 1)
      join(parent);
  }

  /** The values of the keys that are prefixes of `text`, longest first. */
  along(text: string): T[] {
    const found: T[] = [];
    let node = this.#root;
    for (let at = 0; ;) {
      if (node.value !== undefined) found.unshift(node.value);
      const child = at < text.length ? node.children.get(text[at]!) : undefined;
      if (!child || !text.startsWith(child.edge, at)) return found;
      at += child.edge.length;
      node = child;
    }
  }

  get isEmpty(): boolean {
    return this.#root.children.size === 0 && this.#root.value === undefined;
  }
}

function commonLength(edge: string, key: string, at: number): number {
  let length = 0;
  while (length < edge.length && edge[length] === key[at + length]) length++;
  return length;
}

function split<T>(node: Node<T>, at: number): void {
  const { edge, value } = node;
  const lower: Node<T> = { edge: edge.slice(at), children: new Map(node.children), value };
  node.edge = edge.slice(0, at);
  node.value = undefined;
  node.children.clear();
  node.children.set(lower.edge[0]!, lower);
}

/** Merges a node with its only child. */
function join<T>(node: Node<T>): void {
  const [child] = node.children.values();
  node.edge += child!.edge;
  node.value = child!.value;
  node.children.clear();
  for (const [first, next] of child!.children) node.children.set(first, next);
}

/** The most recent suggestions, by scene and text before the cursor. */
export class Suggestions {
  readonly #tries = new Map<string, RadixTrie<Suggestion>>();
  /** Least recently used first. */
  readonly #order = new Set<Suggestion>();
  readonly #limit: number;

  constructor(limit = 100) {
    this.#limit = limit;
  }

  add(suggestion: Suggestion): void {
    const { scene, before } = suggestion;
    let trie = this.#tries.get(scene);
    if (!trie) this.#tries.set(scene, (trie = new RadixTrie()));
    const [same] = trie.along(before);
    if (same?.before === before) this.#order.delete(same);
    trie.set(before, suggestion);
    this.#order.add(suggestion);
    const [oldest] = this.#order;
    if (this.#order.size > this.#limit && oldest) this.#drop(oldest);
  }

  /** The rest of each suggestion that begins with what has been typed since; undefined if none is known. */
  find({ scene, before, closers }: CursorPlace): Middle[] | undefined {
    for (const suggestion of this.#tries.get(scene)?.along(before) ?? []) {
      const typed = before.slice(suggestion.before.length);
      const rest = suggestion.middles.flatMap(middle => restOfMiddle(middle, typed) ?? []);
      const left = rest.filter(middle => isLeft(middle) && fitMiddle(middle, closers));
      // "No suggestion here" is a known answer, too; a used-up suggestion is not.
      const isSame = typed === '' && closers === suggestion.closers;
      if (left.length === 0 && (!isSame || rest.length > 0)) continue;
      this.#order.delete(suggestion);
      this.#order.add(suggestion);
      return left;
    }
    return undefined;
  }

  clear(): void {
    this.#tries.clear();
    this.#order.clear();
  }

  get size(): number {
    return this.#order.size;
  }

  #drop(suggestion: Suggestion): void {
    const trie = this.#tries.get(suggestion.scene);
    trie?.delete(suggestion.before);
    if (trie?.isEmpty) this.#tries.delete(suggestion.scene);
    this.#order.delete(suggestion);
  }
}
