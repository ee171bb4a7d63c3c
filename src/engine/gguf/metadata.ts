// The metadata of a GGUF file: values by key. Lists stay in the file until they are asked for, since those of a
// vocabulary hold hundreds of thousands of strings.
import { UserError } from '../../core/errors';
import { quote } from '../../core/json';
import type { ByteSource } from '../files/byteSource';
import { ValueReader } from './valueReader';

/** `gguf_metadata_value_type`, but lists. */
export type ScalarType =
  'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'bool' | 'string' | 'u64' | 'i64' | 'f64';

/** A list in the file: its elements begin at byte `at`. */
export interface GgufList {
  readonly of: ScalarType | 'list';
  readonly count: number;
  readonly at: number;
}

export type GgufValue = string | number | boolean | GgufList;

export class Metadata {
  constructor(
    private readonly source: ByteSource,
    private readonly name: string,
    readonly values: ReadonlyMap<string, GgufValue>,
  ) {}

  has(key: string): boolean {
    return this.values.has(key);
  }

  /** Throws `UserError` where it is something else; undefined where it is absent. The same of all others. */
  string(key: string): string | undefined {
    return this.typed(key, 'a text', (value): value is string => typeof value === 'string');
  }

  boolean(key: string): boolean | undefined {
    return this.typed(
      key,
      'true or false',
      (value): value is boolean => typeof value === 'boolean',
    );
  }

  /** Finite. */
  number(key: string): number | undefined {
    return this.typed(key, 'a number', (value): value is number => Number.isFinite(value));
  }

  /** A whole number from `least` on. */
  count(key: string, least = 0): number | undefined {
    const isCount = (value: GgufValue): value is number =>
      Number.isSafeInteger(value) && (value as number) >= least;
    return this.typed(key, `a whole number of at least ${least}`, isCount);
  }

  strings(key: string): string[] | undefined {
    const list = this.list(key);
    if (!list) return undefined;
    if (list.of !== 'string') throw this.wrong(key, list, 'a list of texts');
    const reader = new ValueReader(this.source, this.name, list.at);
    return Array.from({ length: list.count }, () => reader.string(key));
  }

  numbers(key: string): Float64Array | undefined {
    const list = this.list(key);
    if (!list) return undefined;
    const { of } = list;
    if (of === 'string' || of === 'list') throw this.wrong(key, list, 'a list of numbers');
    const reader = new ValueReader(this.source, this.name, list.at);
    const numbers = new Float64Array(list.count);
    for (let i = 0; i < list.count; i++)
      numbers[i] = of === 'bool' ? reader.u8(key) : reader[of](key);
    return numbers;
  }

  /** One number for all, or a list of them. */
  numberOrNumbers(key: string): number | Float64Array | undefined {
    return isList(this.values.get(key)) ? this.numbers(key) : this.number(key);
  }

  /** Undefined where it is absent. */
  private list(key: string): GgufList | undefined {
    return this.typed(key, 'a list', isList);
  }

  private typed<T extends GgufValue>(
    key: string,
    what: string,
    is: (value: GgufValue) => value is T,
  ): T | undefined {
    const value = this.values.get(key);
    if (value === undefined || is(value)) return value;
    throw this.wrong(key, value, what);
  }

  private wrong(key: string, value: GgufValue, what: string): UserError {
    const found = isList(value) ? `a list of ${value.of}` : quote(value);
    return new UserError(`${this.name}: ${key} is ${found}; it should be ${what}.`);
  }
}

export function isList(value: GgufValue | undefined): value is GgufList {
  return typeof value === 'object';
}
