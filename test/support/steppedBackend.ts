// A fake backend that works in small steps, as the real one does in chunks: between two of them a test may do anything.
import { Cancelled } from '../../src/core/errors';
import { copyScores, emptyScores } from '../../src/core/lenses/scores';
import type { Sae } from '../../src/core/sae/sae';
import { concatRows, rowsOf, type FeatureRows } from '../../src/core/sae/sparseRows';
import type { Backend } from '../../src/engine/models/backend';
import { fakeBackend, hashOf } from './fakeBackend';
import { fakeReading } from './fakeLayers';

/** Rows of a step. */
const STEP = 5;

/** `step` is awaited within each one. Once it is disposed, it begins no more of them. */
export function steppedBackend(
  vocabSize: number,
  seed: number,
  step: () => Promise<void>,
): Backend {
  const fake = fakeBackend(vocabSize, {}, seed);
  let isDisposed = false;
  let sae: Sae | null = null;
  // What is under way when it is cancelled is answered still.
  const next = async (signal?: AbortSignal) => {
    if (isDisposed || signal?.aborted) throw new Cancelled();
    await step();
  };
  return {
    ...fake,
    async score({ inputs, targets, from, until = targets.length, topK }, signal, onRows) {
      const scores = emptyScores(until - from, topK);
      for (let at = from; at < until; at += STEP) {
        await next(signal);
        const end = Math.min(at + STEP, until);
        const part = { inputs, targets: targets.subarray(0, end), from: at, topK };
        const rows = await fake.score(part);
        copyScores(rows, 0, end - at, scores, at - from);
        onRows?.(rows, at);
      }
      return scores;
    },
    async tree(request, signal) {
      await next(signal);
      if ('missing' in fake.tree) throw new Error(fake.tree.missing);
      return fake.tree(request, signal);
    },
    features: {
      async openSae(wanted) {
        await next();
        sae = wanted;
      },
      async encode({ inputs, from, until = inputs.length }, signal, onRows) {
        const parts: FeatureRows[] = [];
        for (let at = from; at < until; at += STEP) {
          await next(signal);
          // The last one may reach beyond what is asked for, as chunks do.
          const rows = featureRows(sae!, inputs, at, Math.min(at + STEP, inputs.length));
          parts.push(rows);
          onRows(rows, at);
        }
        return concatRows(parts);
      },
      scoreSteered: () => Promise.reject(new Error('The fake model is not steered')),
      unembed: () => Promise.resolve(null),
    },
    layers: {
      async read({ inputs }, reading, signal) {
        for (let at = 0; at < inputs.length; at += STEP) await next(signal);
        return fakeReading(inputs, vocabSize, reading, seed);
      },
    },
    dispose() {
      isDisposed = true;
    },
  };
}

/** Two features at each input, which depend on all inputs before it and on the autoencoder. */
function featureRows(
  { encoder, features }: Sae,
  inputs: Uint32Array,
  from: number,
  end: number,
): FeatureRows {
  const seed = Math.round(1000 * encoder[0]!);
  const hashes = Array.from({ length: end - from }, (_, row) =>
    hashOf(inputs.subarray(0, from + row + 1), seed),
  );
  const share = (hash: number, shift: number) => (1 + ((hash >>> shift) % 100)) / 100;
  const half = features >> 1;
  const rows = rowsOf(
    hashes.map(hash => [
      [(hash >>> 1) % half, share(hash, 4)],
      [half + ((hash >>> 2) % half), share(hash, 7)],
    ]),
  );
  return {
    ...rows,
    norms: new Float32Array(hashes.length).fill(1),
    errors: Float32Array.from(hashes, hash => share(hash, 11)),
    activations: new Float32Array(hashes.length),
  };
}
