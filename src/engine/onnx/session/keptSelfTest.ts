// The self-test of a large graph takes longer than opening it. Its full form is run once for a graph, its files of weights
// and this runtime, and what it found is kept; every later opening repeats a short run, whose numbers have to be the same.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { env } from 'onnxruntime-node';
import { isObject } from '../../../core/json';
import type { SelfTestRow } from '../../../protocol/models';
import { cacheFolder } from '../../files/cacheFolder';
import type { GraphSession } from './graphSession';
import type { InstrumentedGraph } from './instrumentedGraph';
import { maxAbsDifference, selfTestRow } from './selfTestRows';
import { shortRun, toleranceOf } from './selfTest';

/** What the full form found. */
export interface FullTest {
  readonly vocabSize: number;
  readonly figures: readonly SelfTestRow[];
  readonly warnings: readonly string[];
  /** Of the short run. */
  readonly logprobs: readonly number[];
  /** Why the graph has to stay without trees; absent where it does not. */
  readonly treeMissing?: string;
}

/** Smaller weights are tested in full at every opening. */
export const KEPT_FROM_BYTES = 128 << 20;

/** Counted up when the test changes. */
const VERSION = 1;

export class KeptSelfTest {
  private constructor(private readonly path: string) {}

  /** `limits`: what else the test depends on. Undefined where weights are too small. */
  static of(
    graph: InstrumentedGraph,
    limits: readonly (number | undefined)[],
    fromBytes = KEPT_FROM_BYTES,
  ): KeptSelfTest | undefined {
    if (graph.weights.sizeBytes < fromBytes) return undefined;
    const files = graph.weights.files.map(path => {
      const { size, mtimeMs } = statSync(path);
      return [path, size, mtimeMs];
    });
    const runtime = [env.versions.node, process.platform, process.arch];
    const key = createHash('sha256')
      .update(JSON.stringify([VERSION, runtime, files, limits]))
      .update(graph.bytes)
      .digest('hex')
      .slice(0, 32);
    return new KeptSelfTest(join(cacheFolder(), 'selftests', `${key}.json`));
  }

  /** With the figure of the short run; undefined if nothing is kept, or if the run now gives other numbers. */
  async recall(session: GraphSession): Promise<FullTest | undefined> {
    const kept = this.read();
    if (!kept) return undefined;
    const { scores } = await shortRun(session, kept.vocabSize, kept.logprobs.length);
    const difference = maxAbsDifference(scores.logprobs, Float32Array.from(kept.logprobs));
    const again = selfTestRow(
      `In full on ${kept.date}; a short run since then, log-probability`,
      'nats',
      toleranceOf(session),
      difference,
    );
    return again.passed ? { ...kept, figures: [...kept.figures, again] } : undefined;
  }

  /** Where it cannot be written, the next opening tests in full. */
  keep(test: FullTest): void {
    const date = new Date().toISOString().slice(0, 10);
    const unfinished = `${this.path}.${process.pid}`;
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      writeFileSync(unfinished, JSON.stringify({ date, ...test }));
      renameSync(unfinished, this.path);
    } catch {
      // Said above.
    }
  }

  private read(): (FullTest & { date: string }) | undefined {
    try {
      const kept: unknown = JSON.parse(readFileSync(this.path, 'utf8'));
      return isObject(kept) && Array.isArray(kept.logprobs) && Array.isArray(kept.figures)
        ? (kept as unknown as FullTest & { date: string })
        : undefined;
    } catch {
      return undefined;
    }
  }
}
