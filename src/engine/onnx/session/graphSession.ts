// A loaded graph, which runs some tokens after others whose keys and values are known.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Translator } from '../../../core/layers/readings';
import { emptyScores, type Scores } from '../../../core/lenses/scores';
import { SCORES, SCORING } from '../rewrite/scoring';
import { STEER } from '../rewrite/hookPoints';
import { TREE } from '../rewrite/treeMask';
import { windowBias, type TreeShape } from './treeShape';
import { feedNumbers, int64 } from './feeds';
import { instrumentGraph, type GraphShape, type InstrumentedGraph } from './instrumentedGraph';
import { emptyKeyValues, type KeyValues } from './keyValues';
import { explainRuntimeError } from './runtimeErrors';
import { sessionOptions } from './sessionOptions';
import { readScores } from './scoreOutputs';
import { TranslatorSession } from './translatorSession';
import { Unembedding } from './unembedding';
import type { GraphFile } from './weights';

export interface RunRequest {
  /** Token ids, in the vocabulary. */
  ids: Uint32Array;
  past: KeyValues;
  /** Index in `ids` of the first row that is wanted, with all after it; `ids.length`: none. */
  firstRow: number;
  /** [ids.length - firstRow]; without it no scores are computed. */
  targets?: Uint32Array | undefined;
  topK: number;
  /** Further outputs by name: `SCORING.logits` or `SCORING.rowLogprobs` (of the wanted rows), or a hook's tensor. */
  fetch?: readonly string[];
  /** If the tokens are a tree and not a sequence; requires that the graph's `tree` is not 'none'. */
  tree?: TreeShape | undefined;
  /** [ids.length, width], added at the hook that the graph was opened with; default: zero. */
  steer?: Float32Array | undefined;
}

export interface RunResult {
  /** Of `past` and `ids` together. */
  present: KeyValues;
  /** One row for each target. */
  scores: Scores;
  fetched: Map<string, Float32Array>;
}

export class GraphSession {
  /** Tokens that have been run so far. */
  tokensRun = 0;
  private tail: Promise<Unembedding> | undefined;
  private translator: Promise<TranslatorSession> | undefined;

  private constructor(
    readonly graph: InstrumentedGraph,
    private readonly session: InferenceSession,
  ) {}

  /**
   * `noTree`: why trees are not to be run. `hook`: a hook that is to be
   * fetched and steered. Throws `UserError` if the graph cannot be used.
   */
  static async open(
    file: GraphFile,
    shape?: GraphShape,
    noTree?: string,
    hook?: string,
  ): Promise<GraphSession> {
    const graph = instrumentGraph(file, shape, noTree, hook);
    try {
      const session = await InferenceSession.create(graph.bytes, sessionOptions(graph));
      return new GraphSession(graph, session);
    } catch (error) {
      throw explainRuntimeError(error, `${file.onnxPath} was refused by ONNX Runtime`);
    }
  }

  async run({
    ids,
    past,
    firstRow,
    targets,
    topK,
    fetch = [],
    tree,
    steer,
  }: RunRequest): Promise<RunResult> {
    const { roles } = this.graph;
    const rows = ids.length - firstRow;
    const scored = targets !== undefined && rows > 0;
    const seen = past.tokens + ids.length;
    this.tokensRun += ids.length;
    const feeds: Record<string, Tensor> = {
      [roles.ids.name]: feedNumbers(roles.ids, ids.length, i => ids[i]!),
      [SCORING.enabled]: new Tensor('bool', [scored], [1]),
      [SCORING.rows]: int64(rows, i => firstRow + i),
      [SCORING.targets]: int64(rows, i => targets?.[i] ?? 0),
      [SCORING.topK]: int64(1, () => topK),
      [SCORING.normalised]: new Tensor('bool', [fetch.includes(SCORING.rowLogprobs)], [1]),
    };
    const { attentionMask, positionIds, zeros } = roles;
    if (attentionMask) feeds[attentionMask.name] = feedNumbers(attentionMask, seen, () => 1);
    if (positionIds)
      feeds[positionIds.name] = feedNumbers(positionIds, ids.length, i =>
        tree ? tree.positions[i]! : past.tokens + i,
      );
    Object.assign(feeds, this.treeFeeds(ids.length, seen, tree));
    if (this.graph.isSteered)
      feeds[STEER] = steer
        ? new Tensor('float32', steer, [1, ids.length, steer.length / ids.length])
        : new Tensor('float32', new Float32Array(1), [1, 1, 1]);
    for (const zero of zeros)
      feeds[zero.name] = feedNumbers(zero, 1, () => 0, zero.shape?.length ?? 0);
    roles.past.forEach(({ input }, index) => (feeds[input] = past.tensors[index]!));

    const presents = roles.past.map(({ output }) => output);
    const outputs = await this.session.run(feeds, [
      ...presents,
      ...(scored ? SCORES : []),
      ...fetch,
    ]);
    return {
      present: { tokens: seen, tensors: presents.map(name => outputs[name]!) },
      scores: scored ? readScores(outputs, rows, topK, seen - rows + 1) : emptyScores(0, topK),
      fetched: new Map(fetch.map(name => [name, outputs[name]!.data as Float32Array])),
    };
  }

  private treeFeeds(tokens: number, seen: number, tree?: TreeShape): Record<string, Tensor> {
    const support = this.graph.tree;
    if (support.kind === 'none') return {};
    const isWhole = tree !== undefined || support.kind === 'adds';
    const dims = isWhole ? [1, 1, tokens, seen] : [1, 1, 1, 1];
    const feeds: Record<string, Tensor> = {};
    if (support.kind === 'replaces')
      feeds[TREE.enabled] = new Tensor('bool', [tree !== undefined], [1]);
    for (const { input, window } of support.masks) {
      const bias = isWhole ? windowBias(tokens, seen, window, tree) : new Float32Array(1);
      feeds[input] = new Tensor('float32', bias, dims);
    }
    return feeds;
  }

  /**
   * Logits [rows, vocabSize] of the last hook's residuals [rows, hidden]; undefined if the unembedding was not found.
   */
  async logitsOfResiduals(
    residuals: Float32Array,
    rows: number,
  ): Promise<Float32Array | undefined> {
    if (this.graph.unembedding === undefined) return undefined;
    const unembedding = await Unembedding.open(this.graph);
    try {
      return await unembedding.logits(residuals, rows);
    } finally {
      await unembedding.release();
    }
  }

  /** The graph's end, which is opened once it is asked for and kept; the graph has one. */
  get unembedding(): Promise<Unembedding> {
    return (this.tail ??= Unembedding.open(this.graph));
  }

  /** [rows, width] of states [rows, width]: what a translator of a tuned lens makes of them. */
  async translate(states: Float32Array, translator: Translator): Promise<Float32Array> {
    this.translator ??= TranslatorSession.open();
    return (await this.translator).run(states, translator);
  }

  get emptyKeyValues(): KeyValues {
    return emptyKeyValues(this.graph.roles.past);
  }

  async release(): Promise<void> {
    // Where it could not be opened, who asked for it has heard.
    for (const opened of [this.tail, this.translator])
      await (await opened?.catch(() => undefined))?.release();
    await this.session.release();
  }
}
