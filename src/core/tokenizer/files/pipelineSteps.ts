// The steps that a tokenizer.json lists as its normalizer and its pre_tokenizer.
import { TokenizerError } from '../error';
import { isObject, quoted, type Json } from '../../json';

export type Step = Json & { readonly type: string };

export function namesOf(steps: readonly Step[]): string {
  return steps.map(({ type }) => type).join(', ') || 'none';
}

export function refusal(field: string, problem: string): TokenizerError {
  return new TokenizerError(`tokenizer.json: ${field} ${problem}`);
}

/** The steps of a Sequence, of a single step, or of none; sequences may be nested. */
export function stepsOf(json: unknown, field: string, list: string): Step[] {
  if (json === undefined || json === null) return [];
  if (!isObject(json) || typeof json.type !== 'string') {
    throw refusal(field, `is ${quoted(json)}, not an object with a type`);
  }
  if (json.type !== 'Sequence') return [json as Step];
  const steps = json[list];
  if (!Array.isArray(steps)) throw refusal(`${field}.${list}`, 'is not a list');
  return steps.flatMap(step => stepsOf(step, field, list));
}
