// The steps that a tokenizer.json lists as its normalizer and its pre_tokenizer.
import type { Respell, Rewrite } from '../normalize/rewrite';
import type { Scan } from '../patterns/scan';
import { TokenizerError } from '../../errors';
import { isObject, quote, type Json } from '../../json';

export type PipelineStep = Json & { readonly type: string };

export function namesOf(steps: readonly PipelineStep[]): string {
  return steps.map(({ type }) => type).join(', ') || 'none';
}

export function refusal(field: string, problem: string): TokenizerError {
  return new TokenizerError(`tokenizer.json: ${field} ${problem}`);
}

/** The steps of a Sequence, of a single step, or of none. Sequences may be nested. */
export function stepsOf(json: unknown, field: string, list: string): PipelineStep[] {
  if (json === undefined || json === null) return [];
  if (!isObject(json) || typeof json.type !== 'string') {
    throw refusal(field, `is ${quote(json)}, not an object with a type`);
  }
  if (json.type !== 'Sequence') return [json as PipelineStep];
  const steps = json[list];
  if (!Array.isArray(steps)) throw refusal(`${field}.${list}`, 'is not a list');
  return steps.flatMap(step => stepsOf(step, field, list));
}

export interface Pipeline {
  /** Whether merging starts from bytes; otherwise from characters, with spaces spelled U+2581. */
  readonly isByteLevel: boolean;
  /** For display: 'NFC'. */
  readonly normalizer: string;
  readonly normalizers: readonly Rewrite[];
  readonly scans: readonly Scan[];
  /** These split pieces as ByteLevel spells them, one character for each byte. */
  readonly byteScans?: readonly Scan[];
  /** Whether the model does not see a piece of `scans`. */
  readonly drops?: (text: string, at: number, to: number) => boolean;
  readonly respell: Respell | undefined;
}
