// The passes over a document, each a value; a lens names those that it needs.
import type { PassId } from '../../core/lenses/lens';
import { gatePass } from '../gate/gatePass';
import { layerPassesOf } from '../layers/layerPasses';
import type { EngineState } from '../engineState';
import { bytesPass, secondBytesPass } from './bytesPass';
import { contrastPass } from './contrastPass';
import { featuresPass } from './featuresPass';
import type { Pass } from './pass';
import { chunksPass, numbersPass, wordsPass } from './textPasses';
import { tokensPass } from './tokensPass';

export type Passes = Readonly<Record<PassId, Pass>>;

export function passesOf(state: EngineState): Passes {
  return {
    features: featuresPass(state),
    tokens: tokensPass(() => state.model()),
    bytes: bytesPass(state),
    secondBytes: secondBytesPass(state),
    contrast: contrastPass(state),
    numbers: numbersPass(state),
    words: wordsPass(state),
    chunks: chunksPass(state),
    deleteGate: gatePass(state),
    ...layerPassesOf(() => state.model()),
  };
}
