// One opened model: its folder, its tokenizer, and the backend that runs it, whose requests take turns.
import type { FimFormat } from '../../core/completion/fimFormat';
import { Cancelled, InexactError, UserError } from '../../core/errors';
import { concatIds } from '../../core/bytes';
import { byteRulesOf, type ByteRules } from '../../core/exactBytes/byteRules';
import { textTokensOf, type SortedTokens } from '../../core/exactBytes/sortedTokens';
import type { TokenModel } from '../../core/exactBytes/tokenModel';
import { sliceScores, type Scores } from '../../core/lenses/scores';
import type { Reading, ReadingAnswer, ReadingId } from '../../core/layers/readings';
import type { Sae } from '../../core/sae/sae';
import type { FeatureRows } from '../../core/sae/sparseRows';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { Sampling } from '../../core/traces/drawToken';
import type { ModelInfo, ModelReport } from '../../protocol/models';
import { askedTrees, type PromptPrefix, type TreeModel } from './askedTrees';
import { needed, type Backend, type EncodeRequest } from './backend';
import { licenceBeside } from './cardLicence';
import type { SendToServer } from '../../servers/transport';
import type { ModelFolder } from './modelFolder';
import { readModel } from './readModel';
import { dtypeFacts } from './dtypeFacts';
import { checkVocabulary, infoOf, ownContextTokens } from './modelInfo';
import type { Opening, StartRuntime } from './source';
import { whyNoRuntime } from '../onnx/session/runtimePresence';
import { Turns } from '../turns';

const LINE_FEED = 0x0a;
const LICENCE = 'Licence';

/**
 * Opens a model's folder. Texts longer than `contextLimit` tokens are scored in windows. `dtype`: of its weights, where
 * the folder has it. Throws `UserError`, `Cancelled` when aborted.
 */
export type OpenModel = (
  path: string | ModelFolder,
  contextLimit: number,
  dtype?: string,
  opening?: Opening,
) => Promise<Model>;

export class Model {
  readonly info: ModelInfo;
  private sorted: SortedTokens | undefined;
  /** Facts about its dtype, once they were measured. */
  private dtype: Awaited<ReturnType<typeof dtypeFacts>> | undefined;
  /** Passes over several documents take turns window by window. */
  private readonly turns = new Turns();
  /** [id]; 1 where the token's bytes hold a line feed. */
  private readonly holdsLineEnd: Uint8Array;

  /** Without a backend a tokenizer alone. */
  constructor(
    private readonly folder: ModelFolder,
    private readonly backend: Backend | null,
    contextLimit: number,
    private readonly startRuntime: StartRuntime | null = null,
  ) {
    const { tokenizer } = folder;
    this.holdsLineEnd = new Uint8Array(tokenizer.vocabSize);
    for (let id = 0; id < tokenizer.vocabSize; id++) {
      if (tokenizer.bytesOf(id).includes(LINE_FEED)) this.holdsLineEnd[id] = 1;
    }
    this.info = infoOf(folder, backend, contextLimit);
  }

  /** Throws `UserError` where the folder cannot serve. Without `startRuntime` only the tokenizer is opened. */
  static async open(
    path: string | ModelFolder,
    contextLimit: number,
    startRuntime: StartRuntime | null,
    dtype?: string,
    opening?: Opening,
  ): Promise<Model> {
    const folder = typeof path === 'string' ? readModel(path, dtype) : path;
    const { weights } = folder;
    if (!weights || !startRuntime) return new Model(folder, null, contextLimit);
    const { source, path: at } = weights;
    const missing = source.isElsewhere ? '' : whyNoRuntime();
    if (missing) return new Model({ ...folder, weightsMissing: missing }, null, contextLimit);
    const backend = await source.open(at, folder.path, folder, startRuntime, { ...opening, dtype });
    try {
      if (opening?.signal?.aborted) throw new Cancelled();
      checkVocabulary(folder, backend);
      return new Model(folder, backend, contextLimit, startRuntime);
    } catch (error) {
      backend.dispose();
      throw error;
    }
  }

  /** Opens models whose backends run in threads that `startRuntime` starts. */
  static opener(startRuntime: StartRuntime, send?: SendToServer): OpenModel {
    return (path, contextLimit, dtype, opening) =>
      Model.open(path, contextLimit, startRuntime, dtype, { ...opening, send });
  }

  get tokenizer(): Tokenizer {
    return this.folder.tokenizer;
  }

  /** Whether parts of a window may be scored before the rest of it. */
  get scoresParts(): boolean {
    return this.backend?.scoresParts ?? false;
  }

  /** Whether a server computes its numbers: those of the text's tokens cost one request, those of all others many. */
  get scoresElsewhere(): boolean {
    return this.backend?.givesLogprobs ?? false;
  }

  /**
   * Nats, of tokens [first, ids.length), each after those before it and the model's start. `isOnce`: nothing is kept for
   * another request. Throws as `request` does.
   */
  async logprobsOf(
    ids: Uint32Array,
    first: number,
    signal: AbortSignal,
    isOnce = false,
  ): Promise<Float32Array> {
    const inputs = this.withStartToken(ids);
    const before = inputs.length - ids.length;
    return this.request(async backend => {
      const request = {
        inputs: inputs.subarray(0, -1),
        targets: inputs.subarray(1),
        from: before + first - 1,
        topK: 1,
        isOnce,
      };
      return (await backend.score(request, signal)).logprobs;
    }, signal);
  }

  /** The token that the model is given before a text; null where there is none. */
  get start(): { id: number; content: string } | null {
    return this.folder.start;
  }

  /** Tokens of a model's input before a text's first one. */
  get startTokens(): number {
    return this.folder.start ? 1 : 0;
  }

  /** How it fills in the middle; undefined where it does not, or has no rows for the marks. */
  get fim(): FimFormat | undefined {
    const { fim } = this.folder;
    const parts = Object.values(fim?.templates ?? {}).flat();
    return parts.every(part => typeof part === 'string' || part.every(id => id < this.rows))
      ? fim
      : undefined;
  }

  /** Folders of the autoencoders that come with the model. */
  get saeFolders(): readonly string[] {
    return this.folder.saes;
  }

  /** Whether a token's bytes hold a line feed. */
  endsLine(id: number): boolean {
    return this.holdsLineEnd[id] === 1;
  }

  /** Whether a token ends a text. */
  endsText(id: number): boolean {
    return this.folder.ends.includes(id);
  }

  /** Tokens from here on are in no answer: special ones, of which the model has no rows. */
  private get rows(): number {
    return this.backend?.vocabSize ?? Infinity;
  }

  /** Throws `UserError` where no token ends a text. */
  checkEnds(): void {
    if (this.folder.ends.some(id => id < this.rows)) return;
    throw new UserError(
      `${this.info.name} has no end-of-text token. Set "eos_token_id" in its config.json.`,
    );
  }

  /** What exact probabilities of bytes ask of the tokenizer. Throws `InexactError` where they are not available. */
  get byteRules(): ByteRules {
    const inexact = this.backend?.inexact;
    if (inexact !== undefined)
      throw new InexactError(
        `${this.info.name} ${inexact}: exact probabilities of bytes need ${this.backend?.exactNeeds ?? 'a float32 export, or one with weights of 4 bits'}`,
      );
    return byteRulesOf(this.tokenizer);
  }

  /** Tokens of text in the order of their bytes. */
  get textTokens(): SortedTokens {
    return (this.sorted ??= textTokensOf(this.tokenizer, this.fim?.marks));
  }

  /** Which rows of a tree cost little more than one of them; undefined: none. */
  get runsTogether(): Backend['runsTogether'] {
    return this.backend?.runsTogether;
  }

  /** Runs a request in its turn. Throws `UserError` where the folder is a tokenizer alone, `Cancelled` when aborted by then. */
  async request<T>(work: (backend: Backend) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { backend } = this;
    if (!backend) throw this.cannotScore();
    return this.turns.take(() => work(backend), signal);
  }

  /** Throws `UserError` where no token starts a text: nothing is known of the first one. */
  checkStart(): void {
    if (!this.folder.start) throw this.withoutStart();
  }

  /**
   * The model as exact probabilities of bytes ask it. Throws `UserError` where it cannot score; so do rows that come
   * after nothing at all. Requests after `signal` is aborted throw `Cancelled`.
   */
  asTokenModel(signal?: AbortSignal, before: PromptPrefix = { root: [], ends: [] }): TokenModel {
    const { backend } = this;
    if (!backend) throw this.cannotScore();
    const model: TreeModel = {
      backend,
      ends: this.folder.ends,
      request: (work, signal) => this.request(work, signal),
      prefixOf: tokens => {
        const prefix = this.withStartToken(tokens);
        if (prefix.length === 0) throw this.withoutStart();
        return prefix;
      },
      explained: (error, tokens) => this.explained(error, tokens),
    };
    return askedTrees(model, before, signal);
  }

  /** Continuations of the tokens, one for each seed. */
  async sample(
    before: readonly number[],
    rule: Sampling & { seeds: Uint32Array; maxTokens: number },
    signal: AbortSignal,
  ): Promise<Uint32Array[]> {
    const prefix = this.withStartToken(before);
    const { ends, tokenizer, name } = this.folder;
    const vocabSize = Math.min(tokenizer.vocabSize, this.rows);
    if (prefix.length === 0)
      throw new UserError(
        `${name} has no start-of-text token, so it cannot continue an empty text.`,
      );
    const request = { ...rule, prefix, ends, vocabSize };
    return this.request(backend => needed(backend.sample)(request, signal), signal);
  }

  /** Throws `UserError` where it does not fit; `Cancelled` when aborted, with the one before open again. */
  openSae(
    sae: Sae | null,
    {
      signal,
      before = null,
    }: { signal?: AbortSignal | undefined; before?: Sae | null | undefined } = {},
  ): Promise<void> {
    return this.request(async backend => {
      const features = needed(backend.features);
      await features.openSae(sae);
      if (!signal?.aborted) return;
      await features.openSae(before);
      throw new Cancelled();
    }, signal);
  }

  /** The features on at tokens [from, until) of a window, or more; `onRows` receives them as they are done. */
  encode(
    ids: Uint32Array,
    from: number,
    signal: AbortSignal,
    onRows: (rows: FeatureRows) => void = () => {},
    { until = ids.length, candidates }: Pick<EncodeRequest, 'until' | 'candidates'> = {},
  ): Promise<FeatureRows> {
    const inputs = this.withStartToken(ids);
    const before = this.startTokens;
    const request = {
      inputs,
      from: before + from,
      until: before + until,
      ...(candidates && { candidates }),
    };
    return this.request(
      backend => needed(backend.features).encode(request, signal, rows => onRows(rows)),
      signal,
    );
  }

  /**
   * Rows for the tokens after each of a window's tokens, the last one's too, with `steer` [tokens, width] added
   * to what the autoencoder reads. Row t is about token t + 1; the last target is that of the row before.
   */
  scoreSteered(
    ids: Uint32Array,
    steer: Float32Array,
    topK: number,
    signal: AbortSignal,
    onRows: (count: number) => void = () => {},
  ): Promise<Scores> {
    const inputs = this.withStartToken(ids);
    const before = inputs.length - ids.length;
    const width = steer.length / ids.length;
    const whole = new Float32Array(inputs.length * width);
    whole.set(steer, before * width);
    const targets = concatIds(inputs.subarray(1), inputs.subarray(-1));
    return this.request(async backend => {
      const request = { inputs, targets, steer: whole, topK };
      const scores = await needed(backend.features).scoreSteered(request, signal, (rows, first) =>
        // The start token's row is none of the text's.
        onRows(rows.logprobs.length - Math.max(0, before - first)),
      );
      return sliceScores(scores, before, inputs.length);
    }, signal);
  }

  /**
   * Reads the layers over a window's tokens. What is answered counts the model's inputs: `startTokens` come before the
   * window's first token. A row about what comes next is about the token after its input.
   */
  readLayers<K extends ReadingId>(
    ids: Uint32Array,
    reading: Reading<K>,
    signal: AbortSignal,
  ): Promise<ReadingAnswer<K>> {
    const inputs = this.withStartToken(ids);
    const targets = concatIds(inputs.subarray(1), inputs.subarray(-1));
    return this.request(
      backend => needed(backend.layers).read({ inputs, targets }, reading, signal),
      signal,
    );
  }

  /** [rows, vocabulary of the backend]; null where the model has no unembedding of its own. */
  logitsOfResiduals(residuals: Float32Array, rows: number): Promise<Float32Array | null> {
    return this.request(backend => needed(backend.features).unembed(residuals, rows));
  }

  /** Compares weights of another dtype with those of float32, where the folder has both. */
  async report(): Promise<ModelReport> {
    this.dtype ??= await dtypeFacts(this.folder, this.startRuntime, work => this.request(work));
    return {
      info: this.info,
      tokenizerNormalizer: this.tokenizer.normalizer,
      start: this.folder.start,
      modelContextTokens: this.ownContextTokens,
      backend: this.backend && {
        ...this.backend.report,
        facts: [...this.licence(), ...this.dtype, ...this.backend.report.facts],
      },
      ownReport: this.folder.ownReport,
    };
  }

  /** That of the page that came with it, where its own files say none. */
  private licence(): [name: string, value: string][] {
    const { facts = [] } = this.backend?.report ?? {};
    const licence = facts.some(([name]) => name === LICENCE)
      ? null
      : licenceBeside(this.folder.path);
    return licence === null ? [] : [[LICENCE, licence]];
  }

  dispose(): void {
    this.backend?.dispose();
  }

  /** Why a run of a tree failed: most models that are asked for more tokens than they hold do. */
  private explained(error: unknown, tokens: number): unknown {
    const { name } = this.folder;
    const contextTokens = this.ownContextTokens;
    if (!(error instanceof UserError) || tokens <= contextTokens) return error;
    return new UserError(
      `${name} has a context of ${contextTokens} tokens, and this needs ${tokens}. Ask for fewer tokens, or choose a model with a longer context.`,
    );
  }

  /** Tokens that the model itself can hold. */
  private get ownContextTokens(): number {
    return ownContextTokens(this.folder, this.backend);
  }

  private withoutStart(): UserError {
    return new UserError(
      `${this.folder.name} has no start-of-text token. Set "start" in its tokenscope.json.`,
    );
  }

  private cannotScore(): UserError {
    return new UserError(`${this.info.name} cannot score a text: ${this.info.scoresMissing}.`);
  }

  private withStartToken(ids: ArrayLike<number>): Uint32Array {
    const { start } = this.folder;
    const inputs = new Uint32Array(ids.length + this.startTokens);
    if (start) inputs[0] = start.id;
    inputs.set(ids, this.startTokens);
    return inputs;
  }
}
