// An open graph with the results of its self-test and its caches of prefixes.
import { env } from 'onnxruntime-node';
import type { ReadingAnswer } from '../../../core/layers/readings';
import type { Sae } from '../../../core/sae/sae';
import type { FeatureRows } from '../../../core/sae/sparseRows';
import type { Scores } from '../../../core/lenses/scores';
import { UserError } from '../../../core/errors';
import type { GraphReport, Runtime } from '../../../protocol/runtime';
import type { SelfTestRow } from '../../../protocol/models';
import { readLayers } from '../layers/readLayers';
import {
  forwardSums,
  forwardTree,
  type SessionSumsRequest,
  type SessionTreeRequest,
} from './forwardTree';
import { GraphSession } from './graphSession';
import { KeptSelfTest, type FullTest } from './keptSelfTest';
import { PrefixCache } from './keyValues';
import { measureMasks } from './maskWindows';
import { SaeSession, type SessionSteerRequest } from './saeSession';
import type { TreeCaches } from './prefixRuns';
import { explainRuntimeError } from './runtimeErrors';
import { sampleTokens, type SessionSampleRequest } from './sampleTokens';
import { scoreWindow } from './scoreWindow';
import { selfTest } from './selfTest';
import { SHORTEST_TREE_TEST, treeTest } from './treeTest';

const PREFIX_CACHE_BYTES = 256 << 20;
const TREE_CACHE_BYTES = 64 << 20;

type OpenParams = Parameters<Runtime['open']>[0];
type ScoreParams = Omit<Parameters<Runtime['score']>[0], 'job'>;
type EncodeParams = Omit<Parameters<Runtime['encode']>[0], 'job'>;
type SteerParams = Omit<Parameters<Runtime['scoreSteered']>[0], 'job'>;

export class OpenGraph {
  private readonly cache: PrefixCache;
  private readonly treeCache: PrefixCache;
  private sae: SaeSession | undefined;

  private constructor(
    private readonly session: GraphSession,
    readonly report: GraphReport,
    private readonly params: OpenParams,
    private readonly noTree: string | undefined,
  ) {
    this.cache = new PrefixCache(session.graph.roles.past, PREFIX_CACHE_BYTES);
    this.treeCache = new PrefixCache(session.graph.roles.past, TREE_CACHE_BYTES);
  }

  /**
   * Opens the graph without trees if, rewritten for trees, it cannot be loaded or gives other numbers. `keptFromBytes`: of
   * weights whose self-test is kept. Throws `UserError`.
   */
  static async open(params: OpenParams, keptFromBytes?: number): Promise<OpenGraph> {
    try {
      return await OpenGraph.openOnce(params, keptFromBytes);
    } catch (error) {
      if (!(error instanceof TreeUnsupported)) throw error;
      return OpenGraph.openOnce(params, keptFromBytes, error.message);
    }
  }

  private static async openOnce(
    params: OpenParams,
    keptFromBytes?: number,
    noTree?: string,
  ): Promise<OpenGraph> {
    const { onnxPath, contextTokens, hiddenSize } = params;
    const begun = performance.now();
    const session = await GraphSession.open(params, params, noTree);
    const loadMs = performance.now() - begun;
    try {
      const { graph } = session;
      if (graph.tree.kind === 'replaces') {
        const measured = await measureMasks(graph, contextTokens);
        if (typeof measured === 'string') throw new TreeUnsupported(measured);
        graph.tree = { ...graph.tree, ...measured };
      }
      const { tree } = graph;
      const kept = KeptSelfTest.of(graph, [contextTokens, hiddenSize], keptFromBytes);
      const known = await kept?.recall(session);
      const tested = known ?? (await fullTest(session, contextTokens, hiddenSize));
      if (!known && params.keepsTest !== false) kept?.keep(tested);
      if (tested.treeMissing !== undefined) throw new TreeUnsupported(tested.treeMissing);
      const report: GraphReport = {
        onnxPath,
        runtimeVersion: env.versions.node ?? '',
        opset: graph.opset,
        nodes: graph.nodes,
        weightBytes: graph.weights.sizeBytes,
        weights: graph.weights.kind,
        attention: graph.attention,
        quantization: graph.quantization,
        isHalf: graph.isHalf,
        vocabSize: tested.vocabSize,
        ...(tree.kind === 'none' ? { noTree: tree.reason } : {}),
        hooks: graph.hooks,
        ...(graph.hooksMissing === undefined ? {} : { hooksMissing: graph.hooksMissing }),
        ...(graph.attentionWeights.kind === 'none' && {
          attentionMissing: graph.attentionWeights.reason,
        }),
        selfTest: [...tested.figures],
        warnings: [...quantizationWarnings(graph.quantization), ...tested.warnings],
        loadMs,
      };
      return new OpenGraph(session, report, params, noTree);
    } catch (error) {
      await session.release();
      if (error instanceof TreeUnsupported) throw error;
      throw explainRuntimeError(error, `${onnxPath} was loaded but cannot be run`);
    }
  }

  /** Rows [from, targets.length); `onChunk` is called with each chunk when it is done. */
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

  forwardTree(request: SessionTreeRequest): Promise<Float32Array> {
    return forwardTree(this.session, this.treeCaches, this.report.vocabSize, request);
  }

  forwardSums(request: SessionSumsRequest): Promise<Float64Array> {
    return forwardSums(this.session, this.treeCaches, this.report.vocabSize, request);
  }

  sample(request: SessionSampleRequest): Promise<Uint32Array[]> {
    return sampleTokens(this.session, this.treeCaches, this.report.vocabSize, request);
  }

  /**
   * Opens an autoencoder in place of the one before; null: none. Throws `UserError` if it does not fit the model: the one
   * before stays open.
   */
  async openSae(sae: Sae | null): Promise<void> {
    const { params } = this;
    const openAt = (hook: string) => GraphSession.open(params, params, this.noTree, hook);
    const before = this.sae;
    this.sae = sae ? await SaeSession.open(this.session, sae, openAt) : undefined;
    await before?.close();
  }

  encode(
    { cancel, ...params }: EncodeParams,
    signal: AbortSignal,
    onChunk: (firstRow: number, rows: FeatureRows) => void,
  ): Promise<FeatureRows> {
    const isCancelled = () => signal.aborted || Atomics.load(cancel, 0) !== 0;
    return this.openedSae().encode(this.cache, { ...params, isCancelled, onChunk });
  }

  scoreSteered(
    { cancel, ...params }: SteerParams,
    onChunk: (firstRow: number, scores: Scores) => void,
  ): Promise<Scores> {
    const isCancelled = () => Atomics.load(cancel, 0) !== 0;
    const request: SessionSteerRequest = { ...params, isCancelled, onChunk };
    return this.openedSae().scoreSteered(request);
  }

  readLayers(
    { inputs, targets, reading, cancel }: Parameters<Runtime['readLayers']>[0],
    signal: AbortSignal,
  ): Promise<ReadingAnswer> {
    const isCancelled = () => signal.aborted || Atomics.load(cancel, 0) !== 0;
    return readLayers({ session: this.session, inputs, targets }, reading, this.cache, isCancelled);
  }

  async logitsOfResiduals(residuals: Float32Array, rows: number): Promise<Float32Array | null> {
    return (await this.session.logitsOfResiduals(residuals, rows)) ?? null;
  }

  private get treeCaches(): TreeCaches {
    return { chunks: this.cache, prefixes: this.treeCache };
  }

  private openedSae(): SaeSession {
    if (this.sae) return this.sae;
    throw new UserError('No autoencoder is open.');
  }

  /** Tokens that have been run so far. */
  get tokensRun(): number {
    return this.session.tokensRun;
  }

  async close(): Promise<void> {
    await this.sae?.close();
    await this.session.release();
  }
}

/** The graph has to stay without trees; the message says why. */
class TreeUnsupported extends Error {}

async function fullTest(
  session: GraphSession,
  contextTokens: number | undefined,
  hiddenSize: number | undefined,
): Promise<FullTest> {
  const tested = await selfTest(session, contextTokens, hiddenSize);
  if (session.graph.tree.kind === 'none') return tested;
  const tree = await checkTree(session, tested.vocabSize, contextTokens);
  if (typeof tree === 'string') return { ...tested, treeMissing: tree };
  return { ...tested, figures: [...tested.figures, tree] };
}

/** The self-test's row for trees, or why there can be none. */
async function checkTree(
  session: GraphSession,
  vocabSize: number,
  contextTokens?: number,
): Promise<SelfTestRow | string> {
  if (contextTokens !== undefined && contextTokens < SHORTEST_TREE_TEST)
    return `it holds ${contextTokens} tokens, too few to try a tree`;
  const tested = await treeTest(session, vocabSize, contextTokens).catch(
    (error: Error) => `it fails on a tree (${error.message})`,
  );
  if (typeof tested === 'string' || tested.passed) return tested;
  return `its logits differ by ${tested.value.toPrecision(2)} from those of separate runs`;
}

function quantizationWarnings(quantization: GraphReport['quantization']): string[] {
  if (quantization !== 'dynamic-int8') return [];
  return [
    'The model quantizes its activations at run time (dynamic int8): the scores of a token depend ' +
      'on which other tokens share the run. Choose a float32 or a weight-only quantized export for reliable numbers.',
  ];
}
