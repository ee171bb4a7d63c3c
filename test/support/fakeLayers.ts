// Layers of a model without a runtime: what is read of them is a pure function of the inputs, as the real ones' is.
import type { Reading, ReadingAnswer, ReadingId } from '../../src/core/layers/readings';
import { hashOf } from './fakeBackend';

const LAYERS = 3;
const HEADS = 2;

export function fakeReading<K extends ReadingId>(
  inputs: Uint32Array,
  vocabSize: number,
  reading: Reading<K>,
  seed: number,
): ReadingAnswer<K> {
  return answers(inputs, vocabSize, reading as Reading, seed);
}

function answers(
  inputs: Uint32Array,
  vocabSize: number,
  reading: Reading,
  seed: number,
): ReadingAnswer {
  const rows = inputs.length;
  /** [row, width]: shares that depend on the inputs up to the row. */
  const causal = (width: number, salt: number) =>
    Float32Array.from({ length: rows * width }, (_, i) => {
      const before = inputs.subarray(0, 1 + Math.floor(i / width));
      return shareOf(hashOf(before, seed + salt + (i % width)));
    });
  switch (reading.kind) {
    case 'ladder': {
      const { topK } = reading;
      const width = LAYERS * topK;
      return {
        layers: LAYERS,
        topK,
        topIds: Uint32Array.from(causal(width, 1), share => Math.floor(share * vocabSize)),
        topLogprobs: causal(width, 2).map(Math.log),
        logprobs: causal(LAYERS, 3).map(Math.log),
      };
    }
    case 'attention': {
      const width = LAYERS * HEADS;
      return {
        layers: LAYERS,
        heads: HEADS,
        entropies: causal(width, 4),
        entropiesWithoutSink: causal(width, 5),
        sinks: causal(width, 6),
        locals: causal(width, 7).map(value => value * reading.share),
      };
    }
    case 'attentionAt': {
      const places = LAYERS * HEADS;
      const keys = reading.position + 1;
      return {
        layers: LAYERS,
        heads: HEADS,
        from: new Float32Array(places * keys).fill(1 / keys),
        to: new Float32Array(places * (rows - reading.position)).fill(1 / keys),
      };
    }
    case 'routing':
      return { layers: [0, 2], experts: 4, chosen: 2, logits: [causal(4, 9), causal(4, 10)] };
    case 'gate': {
      // Of the window as a whole, from -30 to 0.
      const whole = hashOf(inputs, seed + 4);
      return Float32Array.from({ length: rows }, (_, row) => -30 * shareOf(hashOf([row], whole)));
    }
    case 'drift':
      return causal(1, 8);
    case 'coreTokens':
    case 'attentionRank':
    case 'energy': {
      // Of the window as a whole.
      const whole = hashOf(inputs, seed + reading.kind.length);
      return Float32Array.from({ length: rows }, (_, row) => shareOf(hashOf([row], whole)));
    }
  }
}

const shareOf = (hash: number) => (1 + ((hash >>> 3) % 1000)) / 1001;
