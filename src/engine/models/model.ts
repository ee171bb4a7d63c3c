// One opened model: its tokenizer, the thread that runs its graph, and the pass that scores a document.
import { basename } from 'node:path';
import type { TokenModel } from '../../core/exactBytes/tokenModel';
import { ByteRules } from '../../core/exactBytes/byteRules';
import { SortedTokens, textTokensOf } from '../../core/exactBytes/sortedTokens';
import type { FimFormat } from '../../core/completion/fimFormat';
import { logSoftmax, logSumOf } from '../../core/exactBytes/logSum';
import type { FeatureRows } from '../../core/sae/sparseRows';
import type { Sampling } from '../../core/traces/drawToken';
import type { Sae } from '../../core/sae/sae';
import { emptyScores, sliceScores, type Scores } from '../../core/lenses/scores';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { Cancelled, UserError } from '../../core/errors';
import type { ModelInfo, ModelReport } from '../../protocol/models';
import type { Range16 } from '../../protocol/types';
import type { GraphReport } from '../../protocol/runtime';
import type { Document } from '../documents/document';
import { readModelFolder, type ModelFolder } from './modelFolder';
import type { RuntimeClient } from '../onnx/session/runtimeClient';
import type { ScoredWindow } from '../scoring/scoredWindows';
import { WindowCache } from '../scoring/windowCache';

const LINE_FEED = 0x0a;

/** Tokens that a window keeps free for a tree behind it. */
export const TREE_TOKENS = 24;

export interface ScorePass {
  readonly visible: readonly Range16[];
  /** Stop once this many tokens of the document are scored. */
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  /** Called whenever more rows of the document are known. */
  readonly onScored: (scored: number) => void;
}

/** What a model is shown before a text, other than its own start. */
export interface PromptPrefix {
  readonly root: readonly number[];
  /** Tokens that end a text there, besides the model's own. */
  readonly ends: readonly number[];
  /** Told how many tokens went through the graph, of how many that a request is about. */
  tellRan?(tokens: number, all: number): void;
}

export class Model {
  readonly info: ModelInfo;
  private readonly cache = new WindowCache<Scores>(({ logprobs }) => logprobs.length);
  private rules: ByteRules | undefined;
  private sorted: SortedTokens | undefined;
  /** One window at a time; passes over several documents take turns window by window. */
  private turn: Promise<unknown> = Promise.resolve();
  /** [id]; 1 where the token's bytes hold a line feed. */
  private readonly holdsLineEnd: Uint8Array;

  private constructor(
    private readonly folder: ModelFolder,
    private readonly runtime: RuntimeClient | null,
    private readonly graph: GraphReport | null,
    contextLimit: number,
  ) {
    const { tokenizer } = folder;
    this.holdsLineEnd = new Uint8Array(tokenizer.vocabSize);
    for (let id = 0; id < tokenizer.vocabSize; id++) {
      if (tokenizer.bytesOf(id).includes(LINE_FEED)) this.holdsLineEnd[id] = 1;
    }
    this.info = {
      name: folder.name,
      folder: folder.path,
      tokenizer: tokenizer.name,
      vocabSize: tokenizer.vocabSize,
      scores: graph !== null,
      ...(graph ? {} : { scoresMissing: `no onnx/model.onnx or model.onnx in ${folder.path}` }),
      contextTokens: Math.min(folder.contextTokens, contextLimit),
      warnings: [tokenizer.limitation, ...(graph?.warnings ?? [])].filter(Boolean),
    };
  }

  /** Throws `UserError` where the folder cannot serve. Without `startRuntime` only the tokenizer is opened. */
  static async open(
    path: string | ModelFolder,
    contextLimit: number,
    startRuntime: (() => RuntimeClient) | null,
  ): Promise<Model> {
    const folder = typeof path === 'string' ? readModelFolder(path) : path;
    if (!folder.onnxPath || !startRuntime) return new Model(folder, null, null, contextLimit);
    const runtime = startRuntime();
    try {
      const graph = await runtime.open({
        folder: folder.path,
        onnxPath: folder.onnxPath,
        ...(folder.hiddenSize === undefined ? {} : { hiddenSize: folder.hiddenSize }),
        ...(folder.layers === undefined ? {} : { layers: folder.layers }),
      });
      checkVocabulary(folder, graph);
      return new Model(folder, runtime, graph, contextLimit);
    } catch (error) {
      runtime.dispose();
      throw error;
    }
  }

  get tokenizer(): Tokenizer {
    return this.folder.tokenizer;
  }

  /** Scores a document's windows. Answers how many rows are known. */
  async score(document: Document, pass: ScorePass, topK?: number): Promise<number> {
    if (!this.runtime) throw new UserError(`${this.info.name} has no graph to score with.`);
    const rule = { context: this.info.contextTokens, endsLine: (id: number) => this.endsLine(id) };
    const windows = document.windowsBy(this.tokenizer, rule, topK);
    const stream = document.streamBy(this.tokenizer);
    const seen = pass.visible.map(({ utf16Start, utf16End }) =>
      stream.tokensIn(utf16Start, utf16End),
    );
    const isSeen = ({ window: { ownStart, end } }: ScoredWindow) =>
      seen.some(range => range.first < end && range.end > ownStart);
    const seenEnd = Math.max(0, ...seen.map(({ end }) => end));
    const signal = AbortSignal.any([pass.signal, document.current]);
    const score = async (window: ScoredWindow) => {
      const advance = () => pass.onScored(windows.scored);
      await this.inTurn(() => this.scoreWindow(window, signal, advance));
    };
    for (const window of windows.all()) {
      if (window.window.ownStart >= seenEnd) break;
      if (isSeen(window)) await score(window);
    }
    for (const window of windows.all()) {
      if (windows.scored >= pass.maxTokens) break;
      if (!isSeen(window)) await score(window);
    }
    if (signal.aborted) throw new Cancelled();
    return windows.scored;
  }

  /** Whether a token's bytes hold a line feed. */
  endsLine(id: number): boolean {
    return this.holdsLineEnd[id] === 1;
  }

  /** Throws `UserError` where no token ends a text. */
  checkEnds(): void {
    if (this.folder.ends.length > 0) return;
    throw new UserError(
      `${this.info.name} has no token that ends a text: name one as "eos_token_id" in its config.json.`,
    );
  }

  /**
   * Nats: what a window's tokens cost from `from` on, and with `ends` the end of the text. By the pass that
   * scores tokens, which knows nothing of bytes.
   */
  async tokenNats(
    ids: Uint32Array,
    from: number,
    ends: boolean,
    signal: AbortSignal,
  ): Promise<number> {
    const { runtime } = this;
    const { start } = this.folder;
    if (!runtime || !start) throw new UserError(`${this.info.name} cannot score a first token.`);
    let nats = 0;
    if (ids.length > from) {
      const inputs = shiftedInputs(start.id, ids);
      const request = { inputs, targets: ids, from, topK: 1 };
      const { logprobs } = await this.inTurn(() => runtime.score(request, signal));
      nats = logprobs.reduce((sum, logprob) => sum - logprob, 0);
    }
    if (!ends) return nats;
    const model = this.asTokenModel(signal);
    const [row] = await model.rows([...ids], [{ parent: -1, token: -1 }], [0]);
    return nats - logSumOf(model.ends.map(id => row![id]!));
  }

  /** What exact probabilities of bytes ask of the tokenizer. Throws `InexactError` where they cannot be had. */
  get byteRules(): ByteRules {
    return (this.rules ??= new ByteRules(this.tokenizer));
  }

  /** Tokens of text in the order of their bytes. */
  get textTokens(): SortedTokens {
    return (this.sorted ??= textTokensOf(this.tokenizer, this.fim?.marks));
  }

  /** How it fills in the middle; undefined where it does not. */
  get fim(): FimFormat | undefined {
    return this.folder.fim;
  }

  /**
   * The model as exact probabilities of bytes ask it. Throws `UserError` where it has no graph, or nothing that
   * comes before a text's first token. What is asked once `signal` is aborted throws `Cancelled`.
   */
  asTokenModel(signal?: AbortSignal, behind: PromptPrefix = { root: [], ends: [] }): TokenModel {
    const { runtime, graph } = this;
    const { start, name } = this.folder;
    const ends = [...new Set([...this.folder.ends, ...behind.ends])];
    if (!runtime || !graph) throw new UserError(`${name} has no graph to score with.`);
    if (!start && behind.root.length === 0) {
      throw new UserError(
        `${name} has no token that starts a text: name one as "start" in its tokenscope.json.`,
      );
    }
    return {
      ends,
      rows: (trunk, nodes, wanted) =>
        this.inTurn(async () => {
          if (signal?.aborted) throw new Cancelled();
          const first = start ? [start.id] : [];
          const prefix = Uint32Array.of(...first, ...behind.root, ...trunk);
          const tree = nodes.map(({ parent, token }) => ({ parent, token }));
          const request = { prefix, nodes: tree, wanted };
          const { logits, ran } = await runtime.forwardTree(request, signal);
          behind.tellRan?.(ran, prefix.length + nodes.length - 1);
          const width = graph.vocabSize;
          return wanted.map((_, i) => logSoftmax(logits.subarray(i * width, (i + 1) * width)));
        }),
    };
  }

  /** Continuations of the tokens, one for each seed, as `Runtime.sample` has them. */
  async sample(
    before: readonly number[],
    rule: Sampling & { seeds: Uint32Array; maxTokens: number },
    signal: AbortSignal,
  ): Promise<Uint32Array[]> {
    const prefix = this.withStartToken(Uint32Array.from(before));
    const { ends, tokenizer, name } = this.folder;
    if (prefix.length === 0)
      throw new UserError(`${name} has no token that starts a text: nothing can be continued.`);
    return this.inTurn(async () => {
      if (signal.aborted) throw new Cancelled();
      const request = { prefix, ...rule, ends, vocabSize: tokenizer.vocabSize };
      return this.graphRuntime().sample(request, signal);
    });
  }

  /** Whether a token ends a text. */
  endsText(id: number): boolean {
    return this.folder.ends.includes(id);
  }

  /** Tokens of a model's input before a text's first one. */
  get startTokens(): number {
    return this.folder.start ? 1 : 0;
  }

  /** Folders of the autoencoders that come with the model. */
  get saeFolders(): readonly string[] {
    return this.folder.saes;
  }

  /** Throws `UserError` where it does not fit. */
  async openSae(sae: Sae | null): Promise<void> {
    await this.inTurn(() => this.graphRuntime().openSae(sae));
  }

  /** The features on at tokens [from, ids.length) of a window; `onRows` hears of them as they are known. */
  async encode(
    ids: Uint32Array,
    from: number,
    signal: AbortSignal,
    onRows: (rows: FeatureRows) => void = () => {},
    candidates?: { limit: number },
  ): Promise<FeatureRows> {
    const inputs = this.withStartToken(ids);
    const request = { inputs, from: from + this.startTokens, ...(candidates && { candidates }) };
    return this.inTurn(async () => {
      if (signal.aborted) throw new Cancelled();
      return this.graphRuntime().encode(request, signal, ({ rows }) => onRows(rows));
    });
  }

  /**
   * Rows for the tokens behind each of a window's tokens, the last one's too, with `steer` [tokens, width] added
   * to what the autoencoder reads. Row t: what is said of token t + 1; the last target is that of the row before.
   */
  async scoreSteered(
    ids: Uint32Array,
    steer: Float32Array,
    topK: number,
    signal: AbortSignal,
  ): Promise<Scores> {
    const inputs = this.withStartToken(ids);
    const before = inputs.length - ids.length;
    const width = steer.length / ids.length;
    const whole = new Float32Array(inputs.length * width);
    whole.set(steer, before * width);
    const targets = Uint32Array.of(...inputs.subarray(1), inputs.at(-1)!);
    return this.inTurn(async () => {
      if (signal.aborted) throw new Cancelled();
      const request = { inputs, targets, steer: whole, topK };
      const scores = await this.graphRuntime().scoreSteered(request, signal);
      return sliceScores(scores, before, inputs.length);
    });
  }

  /** [rows, vocabulary of the graph]; null where the graph has no end of its own. */
  logitsOfResiduals(residuals: Float32Array, rows: number): Promise<Float32Array | null> {
    return this.inTurn(() => this.graphRuntime().logitsOfResiduals(residuals, rows));
  }

  private withStartToken(ids: Uint32Array): Uint32Array {
    const { start } = this.folder;
    return start ? Uint32Array.of(start.id, ...ids) : ids;
  }

  private graphRuntime(): RuntimeClient {
    if (this.runtime) return this.runtime;
    throw new UserError(`${this.info.name} has no graph that could be run.`);
  }

  report(): ModelReport {
    return {
      info: this.info,
      tokenizerNormalizer: this.tokenizer.normalizer,
      start: this.folder.start,
      modelContextTokens: this.folder.contextTokens,
      node: process.version,
      graph: this.graph,
      ownReport: this.folder.ownReport,
    };
  }

  dispose(): void {
    this.runtime?.dispose();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work, work);
    this.turn = done.catch(() => {});
    return done;
  }

  /** Rows of the window's own tokens: those that are remembered, then those that the graph computes. */
  private async scoreWindow(
    window: ScoredWindow,
    signal: AbortSignal,
    advance: () => void,
  ): Promise<void> {
    if (signal.aborted) throw new Cancelled();
    const { ids } = window;
    const { start: first, end, ownStart } = window.window;
    if (window.knows(end - 1)) return;
    const own = ownStart - first;
    // Without a start token nothing comes before the window's first token: its scores stay unknown.
    const start = this.folder.start;
    const firstRow = start ? own : Math.max(own, 1);
    if (firstRow > own) window.take(emptyScores(1, window.scores.topK), 0, 1, ownStart);

    // An earlier pass that was cancelled left rows behind, and so did one before an edit; and windows that began
    // with the same tokens.
    let from = firstRow;
    while (from < ids.length && window.knows(first + from)) from++;
    const known = this.cache.find(ids, from);
    if (known) {
      const { window: same, until } = known;
      window.take(same.rows, from - same.firstRow, until - same.firstRow, first + from);
      from = until;
      advance();
    }
    if (from < ids.length) {
      const shift = start ? 0 : 1;
      const inputs = start ? shiftedInputs(start.id, ids) : ids.slice(0, -1);
      await this.runtime!.score(
        { inputs, targets: ids.slice(shift), from: from - shift, topK: window.scores.topK },
        signal,
        ({ scores, firstRow }) => {
          if (signal.aborted) return;
          window.take(scores, 0, scores.logprobs.length, first + firstRow + shift);
          advance();
        },
      );
    }
    const rows = sliceScores(window.scores, firstRow - own, ids.length - own);
    this.cache.add({ ids, firstRow, rows });
  }
}

function checkVocabulary(folder: ModelFolder, graph: GraphReport): void {
  const { tokenizer } = folder;
  if (tokenizer.vocabSize > graph.vocabSize) {
    throw new UserError(
      `The tokenizer does not fit the model: it has ${tokenizer.vocabSize} tokens, ` +
        `${basename(graph.onnxPath)} knows ${graph.vocabSize} (in ${folder.path}).`,
    );
  }
  if (tokenizer.vocabSize < graph.vocabSize * 0.9) {
    graph.warnings.push(
      `The tokenizer has ${tokenizer.vocabSize} tokens, the model ${graph.vocabSize}: ` +
        `they may not belong together.`,
    );
  }
}

/** `first`, then all of `ids` but the last. */
function shiftedInputs(first: number, ids: Uint32Array): Uint32Array {
  const shifted = new Uint32Array(ids.length);
  shifted[0] = first;
  shifted.set(ids.subarray(0, -1), 1);
  return shifted;
}
