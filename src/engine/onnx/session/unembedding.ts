// The last norm and the head of a graph as a session of its own, for residuals from anywhere.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Scores } from '../../../core/lenses/scores';
import { SCORES, SCORING } from '../rewrite/scoring';
import { RESIDUAL } from '../rewrite/unembedding';
import { int64 } from './feeds';
import type { InstrumentedGraph } from './instrumentedGraph';
import { readScores } from './scoreOutputs';
import { sessionOptions } from './sessionOptions';

export class Unembedding {
  private constructor(private readonly session: InferenceSession) {}

  /** The graph has an unembedding. Its weights are read in place. */
  static async open(graph: InstrumentedGraph): Promise<Unembedding> {
    const session = await InferenceSession.create(graph.unembedding!, {
      // To optimise a few nodes does not pay, nor does a second copy of the head.
      ...sessionOptions(graph, 0),
      graphOptimizationLevel: 'disabled',
    });
    return new Unembedding(session);
  }

  /** [rows, vocabSize] of residuals [rows, hidden]. */
  async logits(residuals: Float32Array, rows: number): Promise<Float32Array> {
    const feeds = this.feeds(residuals, new Uint32Array(rows), 1, false);
    const outputs = await this.session.run(feeds, [SCORING.logits]);
    return outputs[SCORING.logits]!.data as Float32Array;
  }

  /** How the targets [rows] look from residuals [rows, hidden]. `contexts` say nothing. */
  async score(residuals: Float32Array, targets: Uint32Array, topK: number): Promise<Scores> {
    const outputs = await this.session.run(this.feeds(residuals, targets, topK, true), SCORES);
    return readScores(outputs, targets.length, topK, 1);
  }

  private feeds(residuals: Float32Array, targets: Uint32Array, topK: number, scored: boolean) {
    const rows = targets.length;
    return {
      [RESIDUAL]: new Tensor('float32', residuals, [1, rows, residuals.length / rows]),
      [SCORING.enabled]: new Tensor('bool', [scored], [1]),
      [SCORING.rows]: int64(rows, i => i),
      [SCORING.targets]: int64(rows, i => targets[i]!),
      [SCORING.topK]: int64(1, () => topK),
      [SCORING.normalised]: new Tensor('bool', [false], [1]),
    };
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
