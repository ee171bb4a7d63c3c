// The normalizer and the pre_tokenizer of a tokenizer.json: what text goes through before it is merged.
import type { Json } from '../../json';
import { normalizersOf } from './normalizers';
import type { Scan } from '../patterns/scan';
import { scansOfByteLevel } from './preTokenizers';
import type { Respell, Rewrite } from '../normalize/rewrite';
import { isSpaced, spacedPipeline } from './metaspace';
import { namesOf, stepsOf } from './pipelineSteps';

export interface Pipeline {
  /** Whether merging starts from bytes; otherwise from characters, where blanks are spelled U+2581. */
  readonly isByteLevel: boolean;
  /** For people: 'NFC'. */
  readonly normalizer: string;
  readonly normalizers: readonly Rewrite[];
  readonly scans: readonly Scan[];
  readonly respell: Respell | undefined;
}

export function pipelineOf(json: Json): Pipeline {
  const normalizers = stepsOf(json.normalizer, 'normalizer', 'normalizers');
  const preTokenizers = stepsOf(json.pre_tokenizer, 'pre_tokenizer', 'pretokenizers');
  if (isSpaced(normalizers, preTokenizers)) return spacedPipeline(normalizers, preTokenizers);
  return {
    isByteLevel: true,
    normalizer: namesOf(normalizers),
    normalizers: normalizersOf(normalizers),
    scans: scansOfByteLevel(preTokenizers),
    respell: undefined,
  };
}
