// The kinds of options that commands have: how help writes one, and how its value is read.
import { UserError } from '../core/errors';
import { isWithin, rangeWords, type NumberRange } from '../core/numberRange';

export interface Option<Value> {
  /** What stands for its value in help: 'FOLDER'. Null: a flag, which takes no value. */
  readonly valueName: string | null;
  /** For help. */
  readonly description: string;
  /** For help, as it would be written; null: there is none, or the description explains it. */
  readonly default: string | null;
  readonly isRequired: boolean;
  readonly isRepeatable: boolean;
  /**
   * `given`: its values in the order of the command line; empty where the option is absent. `flag` is its name with
   * dashes. Throws `UserError` that names the option and says what it takes.
   */
  read(given: readonly string[], flag: string): Value;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** Of each option by its name. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Option<infer Value> ? Value : never;
};

interface Description {
  readonly valueName: string;
  readonly description: string;
}

interface NumberOption<Default> extends Description, NumberRange {
  /** Without it the value of an absent option is undefined. */
  readonly default?: Default;
}

export function flag(description: string): Option<boolean> {
  return {
    valueName: null,
    description,
    default: null,
    isRequired: false,
    isRepeatable: false,
    read: given => given.length > 0,
  };
}

/** Of several the last one counts; an empty one is none. */
export function text({ valueName, description }: Description): Option<string | undefined> {
  return optional({ valueName, description }, undefined, value => value);
}

export function wholeNumber<Default extends number | undefined = undefined>(
  range: NumberOption<Default>,
): Option<number | Default> {
  return optional(range, range.default as Default, (value, flag) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && isWithin(number, range)) return number;
    throw new UserError(`${flag} takes a whole number ${rangeWords(range)}, not "${value}".`);
  });
}

export function number<Default extends number | undefined = undefined>(
  range: NumberOption<Default>,
): Option<number | Default> {
  return optional(range, range.default as Default, (value, flag) => {
    const number = Number(value);
    if (value.trim() !== '' && isWithin(number, range)) return number;
    throw new UserError(`${flag} takes a number ${rangeWords(range)}, not "${value}".`);
  });
}

export function choice<const Choice extends string>(
  choices: readonly Choice[],
  spec: { readonly description: string; readonly default: Choice; readonly valueName?: string },
): Option<Choice> {
  const { valueName = choices.join('|'), description } = spec;
  const described = { valueName, description };
  return optional(described, spec.default, (value, flag) => {
    const found = choices.find(each => each === value);
    if (found !== undefined) return found;
    const list = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
    throw new UserError(`${flag} takes ${list}, not "${value}".`);
  });
}

/** Refuses a command line without it. */
export function required<Value>(option: Option<Value>): Option<Exclude<Value, undefined>> {
  return { ...option, isRequired: true } as Option<Exclude<Value, undefined>>;
}

/** May be given several times. */
export function repeatable<Value>(
  option: Option<Value>,
): Option<readonly Exclude<Value, undefined>[]> {
  return {
    ...option,
    isRepeatable: true,
    read: (given, flag) =>
      given.map(value => option.read([value], flag) as Exclude<Value, undefined>),
  };
}

function optional<Value, Default>(
  { valueName, description }: Description,
  fallback: Default,
  parse: (value: string, flag: string) => Value,
): Option<Value | Default> {
  return {
    valueName,
    description,
    default: fallback === undefined ? null : String(fallback),
    isRequired: false,
    isRepeatable: false,
    read(given, flag) {
      const value = given.at(-1);
      return value === undefined ? fallback : parse(value, flag);
    },
  };
}
