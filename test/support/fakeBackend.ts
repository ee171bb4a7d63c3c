// A backend without a runtime: a small language model whose logits are a pure function of the tokens before, so that
// tests of the engine know every number, need no thread, and can take abilities away.
import { scoresOfLogits } from '../../src/engine/onnx/session/logitScores';
import type { Backend } from '../../src/engine/models/backend';
import { Cancelled } from '../../src/core/errors';
import { seededRandom } from '../../src/core/random';

export interface FakeBackend extends Backend {
  /** Requests that were made, by kind. */
  readonly calls: { score: number; tree: number };
}

const known = new Map<string, Float32Array>();

/** A number for these tokens in this order. */
export function hashOf(tokens: Iterable<number>, seed: number): number {
  let hash = seed;
  for (const token of tokens) hash = (Math.imul(hash, 31) + token + 1) | 0;
  return hash;
}

/** [vocabSize]: what the model of a seed expects after these tokens. */
export function fakeLogits(before: Iterable<number>, vocabSize: number, seed = 17): Float32Array {
  const hash = hashOf(before, seed);
  const key = `${hash} ${vocabSize}`;
  let logits = known.get(key);
  if (!logits) {
    const random = seededRandom(hash);
    known.set(key, (logits = Float32Array.from({ length: vocabSize }, () => 6 * random())));
  }
  return logits;
}

export function fakeBackend(
  vocabSize: number,
  without: Partial<Backend> = {},
  seed?: number,
): FakeBackend {
  const calls = { score: 0, tree: 0 };
  return {
    calls,
    vocabSize,
    report: { facts: [['Runtime', 'none: a fake']], hooks: [], selfTest: [], warnings: [] },
    async score({ inputs, targets, from, until, topK }, signal, onRows) {
      calls.score++;
      if (signal?.aborted) throw new Cancelled();
      const rows = targets.subarray(from, until);
      const logits = new Float32Array(rows.length * vocabSize);
      for (let row = 0; row < rows.length; row++)
        logits.set(
          fakeLogits(inputs.subarray(0, from + row + 1), vocabSize, seed),
          row * vocabSize,
        );
      const scores = scoresOfLogits(logits, vocabSize, rows, topK);
      onRows?.(scores, from);
      return scores;
    },
    async tree({ prefix, nodes, wanted }, signal) {
      calls.tree++;
      if (signal?.aborted) throw new Cancelled();
      const pathTo = (node: number): number[] =>
        node <= 0 ? [] : [...pathTo(nodes[node]!.parent), nodes[node]!.token];
      const logits = new Float32Array(wanted.length * vocabSize);
      wanted.forEach((node, i) =>
        logits.set(fakeLogits([...prefix, ...pathTo(node)], vocabSize, seed), i * vocabSize),
      );
      return { logits, ran: prefix.length + nodes.length - 1 };
    },
    sample: { missing: 'The fake model does not sample' },
    layers: { missing: 'The fake model has no layers' },
    features: { missing: 'The fake model has no residual stream' },
    dispose() {},
    ...without,
  };
}
