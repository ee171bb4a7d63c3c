// The normalizer and the pre_tokenizer of a tokenizer.json: the steps before merging.
import type { Json } from '../../json';
import { normalizersOf } from './normalizers';
import { splitsOfByteLevel } from './preTokenizers';
import { isSentencePiece, sentencePiecePipeline } from './metaspace';
import { namesOf, stepsOf, type Pipeline } from './pipelineSteps';

export function pipelineOf(json: Json): Pipeline {
  const normalizers = stepsOf(json.normalizer, 'normalizer', 'normalizers');
  const preTokenizers = stepsOf(json.pre_tokenizer, 'pre_tokenizer', 'pretokenizers');
  if (isSentencePiece(normalizers, preTokenizers))
    return sentencePiecePipeline(normalizers, preTokenizers);
  return {
    isByteLevel: true,
    normalizer: namesOf(normalizers),
    normalizers: normalizersOf(normalizers),
    ...splitsOfByteLevel(preTokenizers),
    respell: undefined,
  };
}
