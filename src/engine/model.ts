// One opened model: its tokenizer, the thread that runs its graph, and the pass that scores a document.
import { basename } from 'node:path';
import type { TokenModel } from '../core/bytes/model';
import { ByteRules } from '../core/bytes/rules';
import { SortedTokens, textTokensOf } from '../core/bytes/sortedTokens';
import type { FimFormat } from '../core/completion/fimFormat';
import { logSoftmax, logSumOf } from '../core/bytes/logSum';
import { copyScores, emptyScores, sliceScores, type Scores } from '../core/scores';
import type { TokenStream } from '../core/stream/tokenStream';
import type { Tokenizer } from '../core/tokenizer/tokenizer';
import { windowsOf, type Window } from '../core/windows';
import { Cancelled, UserError } from '../protocol/channel';
import type { ModelInfo, ModelReport, Range16 } from '../protocol/engine';
import type { GraphReport } from '../protocol/runtime';
import { countZeros, type Document, type Tokens } from './document';
import { readModelFolder, type ModelFolder } from './modelFolder';
import type { RuntimeClient } from './runtime/client';
import { WindowCache } from './windowCache';

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
export interface Behind {
  readonly root: readonly number[];
  /** Tokens that end a text there, besides the model's own. */
  readonly ends: readonly number[];
  /** Told how many tokens went through the graph, of how many that a request is about. */
  tellRan?(tokens: number, all: number): void;
}

export class Model {
  readonly info: ModelInfo;
  private readonly cache = new WindowCache();
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

  /** Scores a document into its tokens' rows. Answers how many rows are known. */
  async score(document: Document, pass: ScorePass, topK?: number): Promise<number> {
    if (!this.runtime) throw new UserError(`${this.info.name} has no graph to score with.`);
    const tokens = document.tokensBy(this.tokenizer, topK);
    const windows = windowsOf(tokens.ids.length, this.info.contextTokens, token =>
      this.endsLine(tokens.ids[token]!),
    );
    const signal = AbortSignal.any([pass.signal, document.current]);
    let scored = tokens.ids.length - countZeros(tokens.scored);
    const advance = (rows: number) => pass.onScored((scored += rows));
    const stream = document.streamBy(this.tokenizer);
    const [seen, unseen] = splitByVisibility(windows, stream, pass.visible);
    for (const window of [...seen, ...unseen]) {
      if (scored >= pass.maxTokens && !seen.includes(window)) break;
      await this.inTurn(() => this.scoreWindow(tokens, window, signal, advance));
    }
    return scored;
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
      const inputs = shiftedBehind(start.id, ids);
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
  asTokenModel(signal?: AbortSignal, behind: Behind = { root: [], ends: [] }): TokenModel {
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
    tokens: Tokens,
    window: Window,
    signal: AbortSignal,
    advance: (rows: number) => void,
  ): Promise<void> {
    if (signal.aborted) throw new Cancelled();
    if (tokens.scored[window.end - 1]) return;
    const { scores, scored } = tokens;
    const ids = tokens.ids.slice(window.start, window.end);
    const own = window.ownStart - window.start;
    // Without a start token nothing comes before the window's first token: its scores stay unknown.
    const start = this.folder.start;
    const firstRow = start ? own : Math.max(own, 1);
    const take = (from: Scores, begin: number, end: number, at: number) => {
      copyScores(from, begin, end, scores, window.start + at);
      const rows = end - begin;
      for (let row = at; row < at + rows; row++) scores.contexts[window.start + row] = row;
      const flags = scored.subarray(window.start + at, window.start + at + rows);
      const fresh = countZeros(flags);
      flags.fill(1);
      advance(fresh);
    };
    if (firstRow > own) take(emptyScores(1, scores.topK), 0, 1, own);

    // An earlier pass that was cancelled left rows behind; so did windows that began with the same tokens.
    let from = firstRow;
    while (from < ids.length && scored[window.start + from]) from++;
    const known = this.cache.find(ids, from);
    if (known) {
      const { window: same, until } = known;
      take(same.scores, from - same.firstRow, until - same.firstRow, from);
      from = until;
    }
    if (from < ids.length) {
      const shift = start ? 0 : 1;
      const inputs = start ? shiftedBehind(start.id, ids) : ids.slice(0, -1);
      await this.runtime!.score(
        { inputs, targets: ids.slice(shift), from: from - shift, topK: scores.topK },
        signal,
        chunk => take(chunk.scores, 0, chunk.scores.logprobs.length, chunk.firstRow + shift),
      );
    }
    const rows = sliceScores(scores, window.start + firstRow, window.end);
    this.cache.add({ ids, firstRow, scores: rows });
  }
}

/** Windows that own a token of the visible ranges, and the others, each in the order of the text. */
function splitByVisibility(
  windows: Window[],
  stream: TokenStream,
  visible: readonly Range16[],
): [seen: Window[], unseen: Window[]] {
  const ranges = visible.map(({ utf16Start, utf16End }) => stream.tokensIn(utf16Start, utf16End));
  const isSeen = ({ ownStart, end }: Window) =>
    ranges.some(range => range.first < end && range.end > ownStart);
  return [windows.filter(isSeen), windows.filter(window => !isSeen(window))];
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
function shiftedBehind(first: number, ids: Uint32Array): Uint32Array {
  const shifted = new Uint32Array(ids.length);
  shifted[0] = first;
  shifted.set(ids.subarray(0, -1), 1);
  return shifted;
}
