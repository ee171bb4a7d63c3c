// A graph that has been opened and tested against itself, with its memory of prefixes.
import { env } from 'onnxruntime-node';
import type { Scores } from '../../core/scores';
import type { GraphReport, Runtime } from '../../protocol/runtime';
import { forwardTree, type TreeRequest } from './forwardTree';
import { GraphSession } from './graphSession';
import { PrefixCache } from './keyValues';
import { explained } from './runtimeErrors';
import { scoreWindow } from './scoreWindow';
import { selfTest } from './selfTest';

const PREFIX_CACHE_BYTES = 256 << 20;

type OpenParams = Parameters<Runtime['open']>[0];
type ScoreParams = Omit<Parameters<Runtime['score']>[0], 'job'>;

export class OpenGraph {
  private readonly cache: PrefixCache;

  private constructor(
    private readonly session: GraphSession,
    readonly report: GraphReport,
  ) {
    this.cache = new PrefixCache(session.graph.roles.past, PREFIX_CACHE_BYTES);
  }

  static async open({ folder, onnxPath, hiddenSize, layers }: OpenParams): Promise<OpenGraph> {
    const begun = performance.now();
    const session = await GraphSession.open(onnxPath, folder, layers);
    const loadMs = performance.now() - begun;
    try {
      const { graph } = session;
      const tested = await selfTest(session, hiddenSize);
      const report: GraphReport = {
        onnxPath,
        runtimeVersion: env.versions.node ?? '',
        opset: graph.opset,
        nodes: graph.nodes,
        weightBytes: graph.weights.sizeBytes,
        weights: graph.weights.kind,
        attention: graph.attention,
        quantization: graph.quantization,
        vocabSize: tested.vocabSize,
        hooks: graph.hooks,
        ...(graph.hooksMissing === undefined ? {} : { hooksMissing: graph.hooksMissing }),
        selfTest: tested.figures,
        warnings: [...quantizationWarnings(graph.quantization), ...tested.warnings],
        loadMs,
      };
      return new OpenGraph(session, report);
    } catch (error) {
      await session.release();
      throw explained(error, `${onnxPath} was loaded but cannot be run`);
    }
  }

  /** Rows [from, targets.length); `onChunk` hears of them as they are done. */
  score(
    { cancel, ...params }: ScoreParams,
    signal: AbortSignal,
    onChunk: (firstRow: number, scores: Scores) => void,
  ): Promise<Scores> {
    const isCancelled = () => signal.aborted || Atomics.load(cancel, 0) !== 0;
    return scoreWindow(this.session, this.cache, this.report.vocabSize, {
      ...params,
      isCancelled,
      onChunk,
    });
  }

  forwardTree(request: TreeRequest): Promise<Float32Array> {
    return forwardTree(this.session, this.cache, this.report.vocabSize, request);
  }

  close(): Promise<void> {
    return this.session.release();
  }
}

function quantizationWarnings(quantization: GraphReport['quantization']): string[] {
  if (quantization !== 'dynamic-int8') return [];
  return [
    'The model quantises its activations as it runs (dynamic int8): what it says of a token depends ' +
      'on which other tokens share the run. Choose a float32 or a weight-only quantised export for numbers to rely on.',
  ];
}
