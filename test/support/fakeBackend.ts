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

/** [vocabSize]: what is expected after these tokens. */
export function fakeLogits(before: readonly number[], vocabSize: number): Float32Array {
  let hash = 17;
  for (const token of before) hash = (Math.imul(hash, 31) + token + 1) | 0;
  const random = seededRandom(hash);
  return Float32Array.from({ length: vocabSize }, () => 6 * random());
}

export function fakeBackend(vocabSize: number, without: Partial<Backend> = {}): FakeBackend {
  const calls = { score: 0, tree: 0 };
  return {
    calls,
    vocabSize,
    report: { facts: [['Runtime', 'none: a fake']], hooks: [], selfTest: [], warnings: [] },
    async score({ inputs, targets, from, topK }, signal, onRows) {
      calls.score++;
      if (signal?.aborted) throw new Cancelled();
      const rows = targets.subarray(from);
      const logits = new Float32Array(rows.length * vocabSize);
      for (let row = 0; row < rows.length; row++)
        logits.set(fakeLogits([...inputs.subarray(0, from + row + 1)], vocabSize), row * vocabSize);
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
        logits.set(fakeLogits([...prefix, ...pathTo(node)], vocabSize), i * vocabSize),
      );
      return { logits, ran: prefix.length + nodes.length - 1 };
    },
    sample: { missing: 'The fake model does not sample' },
    features: { missing: 'The fake model has no residual stream' },
    dispose() {},
    ...without,
  };
}
