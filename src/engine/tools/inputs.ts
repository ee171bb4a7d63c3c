// The inputs that tools have besides their text: how a schema says one, and how its value is read.
import { UserError } from '../../core/errors';
import { isWithin, rangeWords, type NumberRange } from '../../core/numberRange';

/** A part of a JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Input<Value> {
  readonly schema: Schema;
  readonly isRequired: boolean;
  /** `given`: undefined where it is absent. `name`: for messages. Throws `UserError`. */
  read(given: unknown, name: string): Value;
}

export type Inputs = Readonly<Record<string, Input<unknown>>>;

export type InputValues<I extends Inputs> = {
  readonly [Name in keyof I]: I[Name] extends Input<infer Value> ? Value : never;
};

interface WholeNumber<Default> extends NumberRange {
  readonly description: string;
  /** Without it the value of an absent input is undefined. */
  readonly default?: Default;
}

export function wholeNumber<Default extends number | undefined = undefined>(
  range: WholeNumber<Default>,
): Input<number | Default> {
  const { description, min, max } = range;
  const limits = max < Number.MAX_SAFE_INTEGER ? { minimum: min, maximum: max } : { minimum: min };
  return {
    schema: {
      type: 'integer',
      description,
      ...limits,
      ...(range.default !== undefined && { default: range.default }),
    },
    isRequired: false,
    read(given, name) {
      if (given === undefined) return range.default as Default;
      if (typeof given === 'number' && Number.isInteger(given) && isWithin(given, range))
        return given;
      throw new UserError(`${name} takes a whole number ${rangeWords(range)}, not ${said(given)}.`);
    },
  };
}

export function choice<const Choice extends string>(
  choices: readonly Choice[],
  { description, default: fallback }: { readonly description: string; readonly default: Choice },
): Input<Choice> {
  return {
    schema: { type: 'string', enum: choices, description, default: fallback },
    isRequired: false,
    read(given, name) {
      if (given === undefined) return fallback;
      const found = choices.find(each => each === given);
      if (found !== undefined) return found;
      throw new UserError(`${name} takes ${choices.join(' or ')}, not ${said(given)}.`);
    },
  };
}

export function text(description: string): Input<string | undefined> {
  return {
    schema: { type: 'string', description },
    isRequired: false,
    read(given, name) {
      if (given === undefined || typeof given === 'string') return given;
      throw new UserError(`${name} takes a text, not ${said(given)}.`);
    },
  };
}

export function required<Value>(input: Input<Value>): Input<Exclude<Value, undefined>> {
  const { schema, read } = input;
  return {
    schema,
    isRequired: true,
    read(given, name) {
      if (given === undefined) throw new UserError(`${name} is missing: ${schema.description}.`);
      return read(given, name) as Exclude<Value, undefined>;
    },
  };
}

/** The values of an input object. Throws `UserError` for one that is missing, wrong, or none of the tool's. */
export function readInputs<I extends Inputs>(
  inputs: I,
  given: Readonly<Record<string, unknown>>,
  tool: string,
): InputValues<I> {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(inputs, name)) continue;
    const names = Object.keys(inputs).join(', ');
    throw new UserError(`${tool} has no input "${name}". Its inputs are ${names}.`);
  }
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { read }]) => [name, read(given[name], name)]),
  ) as InputValues<I>;
}

/** A JSON Schema of an object with these properties alone. */
export function schemaOf(inputs: Inputs): Schema {
  const entries = Object.entries(inputs);
  const needed = entries.filter(([, { isRequired }]) => isRequired).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])),
    ...(needed.length > 0 && { required: needed }),
    additionalProperties: false,
  };
}

const MOST_SAID = 60;

/** A value in a message: a whole text might be given in place of a number. */
function said(given: unknown): string {
  const json = JSON.stringify(given) ?? String(given);
  return json.length > MOST_SAID ? `${json.slice(0, MOST_SAID)}…` : json;
}
