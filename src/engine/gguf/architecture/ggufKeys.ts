// Reads the keys of an architecture and remembers which: whatever nobody asked for might change the maths, and is
// refused. What the file has of tensors decides what it has biases and norms for.
import { UserError } from '../../../core/errors';
import { quote } from '../../../core/json';
import type { Metadata } from '../metadata';
import type { GgufTensor } from '../tensorInfos';

/** Of every architecture; none changes what a model computes of a text. */
const HARMLESS = ['vocab_size', 'tensor_data_layout', 'expert_used_count', 'name'];
/** Parts of models of text and images that no text goes through, as Ollama keeps them in one file. */
const OTHER_MODALITIES = /^(vision|mm|audio)\./;

/** What a file holds, as far as the shape of its decoder follows from it. */
export interface GgufContent {
  /** For messages. */
  readonly name: string;
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** All weights of a tensor. */
  values(tensor: string): Float32Array;
}

export class GgufKeys {
  /** `general.architecture`. */
  readonly family: string;
  private readonly asked = new Set<string>();

  constructor(readonly content: GgufContent) {
    const family = content.metadata.string('general.architecture');
    if (!family)
      throw new UserError(
        `${content.name} does not give its architecture (general.architecture is missing). Get another conversion of the model.`,
      );
    this.family = family;
  }

  number(key: string): number | undefined {
    return this.content.metadata.number(this.asking(key));
  }

  string(key: string): string | undefined {
    return this.content.metadata.string(this.asking(key));
  }

  boolean(key: string): boolean | undefined {
    return this.content.metadata.boolean(this.asking(key));
  }

  /** A number above 0. */
  positive(key: string): number | undefined {
    const value = this.number(key);
    if (value === undefined || value > 0) return value;
    throw this.refusal(key, value, 'a number above 0');
  }

  /** A whole number above 0, or a list of one for each layer that are all the same. */
  count(key: string): number | undefined {
    const value = this.content.metadata.numberOrNumbers(this.asking(key));
    const first = typeof value === 'object' ? value[0] : value;
    if (value === undefined) return undefined;
    if (typeof value === 'object' && !value.every(each => each === first))
      throw new UserError(
        `${this.content.name}: ${this.full(key)} differs between layers, which is not supported.`,
      );
    if (Number.isSafeInteger(first) && first! > 0 && first! < 1e9) return first;
    throw this.refusal(key, first, 'a whole number above 0');
  }

  /** Whether it is the number 0, where that says that there is none. */
  isZero(key: string): boolean {
    return this.content.metadata.numberOrNumbers(this.asking(key)) === 0;
  }

  /** The same; throws where it is absent. */
  neededCount(key: string): number {
    const value = this.count(key);
    if (value !== undefined) return value;
    throw this.refusal(key, undefined, 'a whole number above 0');
  }

  neededNumber(key: string): number {
    const value = this.number(key);
    if (value !== undefined) return value;
    throw this.refusal(key, undefined, 'a number');
  }

  /** [layer]; undefined where it is one value for all, or absent. */
  list(key: string): Float64Array | undefined {
    const value = this.content.metadata.values.get(this.full(key));
    return typeof value === 'object' ? this.content.metadata.numbers(this.asking(key)) : undefined;
  }

  /** Throws where the key is there with another value than the one that is computed here. */
  only(key: string, value: string | number | boolean): void {
    const found = this.content.metadata.values.get(this.asking(key));
    if (found === undefined || found === value) return;
    throw this.refusal(key, found, `${quote(value)}, the only supported value`);
  }

  has(tensor: string): boolean {
    return this.content.tensors.has(tensor);
  }

  /** Throws where there is none. */
  tensor(name: string): GgufTensor {
    const tensor = this.content.tensors.get(name);
    if (tensor) return tensor;
    throw new UserError(
      `${this.content.name} has no tensor ${quote(name)}: it is not a complete language model.`,
    );
  }

  /** Throws `UserError` that names a key that nobody asked for. */
  checkAllRead(): void {
    const prefix = `${this.family}.`;
    for (const [key, value] of this.content.metadata.values) {
      if (!key.startsWith(prefix) || this.asked.has(key)) continue;
      const own = key.slice(prefix.length);
      if (HARMLESS.includes(own) || OTHER_MODALITIES.test(own)) continue;
      const shown = typeof value === 'object' ? 'a list' : quote(value);
      throw new UserError(
        `${this.content.name}: ${key} is ${shown}, which is not known for ${this.family} and may change the result.`,
      );
    }
  }

  refusal(key: string, value: unknown, expected: string): UserError {
    const found = value === undefined ? 'is missing' : `is ${quote(value)}`;
    return new UserError(
      `${this.content.name}: ${this.full(key)} ${found}; it should be ${expected}.`,
    );
  }

  private full(key: string): string {
    return `${this.family}.${key}`;
  }

  private asking(key: string): string {
    this.asked.add(this.full(key));
    return this.full(key);
  }
}
