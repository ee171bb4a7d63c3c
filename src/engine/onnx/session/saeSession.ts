// An autoencoder beside an open graph: encodes the activations at its hook chunk by chunk, and runs the model with
// something added there.
import { layerOf } from '../../../core/sae/hookNames';
import type { Sae } from '../../../core/sae/sae';
import { concatRows, sliceRows, type FeatureRows } from '../../../core/sae/sparseRows';
import { copyScores, emptyScores, type Scores } from '../../../core/lenses/scores';
import { Cancelled, UserError } from '../../../core/errors';
import { EncoderSession, type Candidates } from './encoderSession';
import { runChunks } from './chunks';
import type { GraphSession } from './graphSession';
import type { PrefixCache } from './keyValues';
import { CHUNK_TOKENS } from './scoreWindow';

export interface SessionEncodeRequest {
  readonly inputs: Uint32Array;
  readonly from: number;
  readonly until?: number | undefined;
  readonly candidates?: Candidates | undefined;
  isCancelled(): boolean;
  onChunk(firstRow: number, rows: FeatureRows): void;
}

export interface SessionSteerRequest {
  readonly inputs: Uint32Array;
  readonly targets: Uint32Array;
  /** [inputs.length, width] */
  readonly steer: Float32Array;
  readonly topK: number;
  isCancelled(): boolean;
  onChunk(firstRow: number, scores: Scores): void;
}

export class SaeSession {
  private steered: GraphSession | undefined;

  private constructor(
    private readonly session: GraphSession,
    private readonly encoder: EncoderSession,
    private readonly hook: string,
    private readonly openAt: (hook: string) => Promise<GraphSession>,
  ) {}

  /**
   * `openAt` opens the same graph with a hook to fetch and steer. Throws `UserError` if the autoencoder does not fit
   * the model.
   */
  static async open(
    session: GraphSession,
    sae: Sae,
    openAt: (hook: string) => Promise<GraphSession>,
  ): Promise<SaeSession> {
    const { hook } = sae.source;
    if (!hook)
      throw new UserError(
        'The autoencoder does not name its hook point. Set "hook" (such as ' +
          '"blocks.1.hook_resid_post") in a tokenscope.json in its folder.',
      );
    const { hooks, hooksMissing } = session.graph;
    if (hooks.length === 0)
      throw new UserError(`The model's residual stream was not found: ${hooksMissing}.`);
    const layers = layerOf(hooks.at(-1)!.hook) + 1;
    if (layerOf(hook) >= layers)
      throw new UserError(
        `The autoencoder reads ${hook}, in layer ${layerOf(hook)} counted from 0; the model has ${layers} layers.`,
      );
    const encoder = await EncoderSession.open(sae);
    const open = new SaeSession(session, encoder, hook, openAt);
    try {
      await open.checkWidth();
      return open;
    } catch (error) {
      await open.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.encoder.release();
    await this.steered?.release();
  }

  /** Features of inputs from `from` on, to the end of the chunk that reaches `until`. Throws `Cancelled`, and `UserError` if a run fails. */
  async encode(cache: PrefixCache, request: SessionEncodeRequest): Promise<FeatureRows> {
    const { from, candidates } = request;
    const parts: FeatureRows[] = [];
    await this.forEachChunk(cache, request, async (start, x) => {
      const rows = await this.encoder.encode(x, candidates);
      const firstRow = Math.max(start, from);
      const own = sliceRows(rows, firstRow - start, rows.norms.length);
      parts.push(own);
      request.onChunk(firstRow, own);
    });
    return concatRows(parts);
  }

  /** All rows. Throws `Cancelled`. */
  async scoreSteered(request: SessionSteerRequest): Promise<Scores> {
    const { inputs, targets, steer, topK } = request;
    const session = (this.steered ??= await this.openAt(this.hook));
    const { width } = this.encoder.sae;
    const scores = emptyScores(targets.length, topK);
    let past = session.emptyKeyValues;
    for (let start = 0; start < inputs.length; start += CHUNK_TOKENS) {
      if (request.isCancelled()) throw new Cancelled();
      const end = Math.min(start + CHUNK_TOKENS, inputs.length);
      const { present, scores: chunk } = await session.run({
        ids: inputs.subarray(start, end),
        past,
        firstRow: 0,
        targets: targets.subarray(start, end),
        topK,
        steer: steer.slice(start * width, end * width),
      });
      past = present;
      copyScores(chunk, 0, end - start, scores, start);
      request.onChunk(start, chunk);
    }
    return scores;
  }

  /**
   * Runs the model over the inputs up to `until`; calls `use` with the activations x [tokens, width] of each chunk that
   * reaches beyond `from`.
   */
  private async forEachChunk(
    cache: PrefixCache,
    { inputs, from, until, isCancelled }: SessionEncodeRequest,
    use: (start: number, x: Float32Array) => Promise<void>,
  ): Promise<void> {
    const session = await this.sessionWithHook();
    const tensor = session.graph.hooks.find(({ hook }) => hook === this.hook)!.tensor;
    const request = { inputs, from, until, tensors: [tensor], isCancelled };
    await runChunks(session, cache, request, ({ start, tensors }) =>
      use(start, tensors.get(tensor)!),
    );
  }

  /** The open graph if it has the hook, otherwise one that is opened for it. */
  private async sessionWithHook(): Promise<GraphSession> {
    const { hooks } = this.session.graph;
    if (hooks.some(({ hook }) => hook === this.hook)) return this.session;
    return (this.steered ??= await this.openAt(this.hook));
  }

  private async checkWidth(): Promise<void> {
    const session = await this.sessionWithHook();
    const tensor = session.graph.hooks.find(({ hook }) => hook === this.hook)!.tensor;
    const { fetched } = await session.run({
      ids: Uint32Array.of(0),
      past: session.emptyKeyValues,
      firstRow: 1,
      topK: 1,
      fetch: [tensor],
    });
    const found = fetched.get(tensor)!.length;
    const { width } = this.encoder.sae;
    if (found !== width)
      throw new UserError(
        `The autoencoder does not fit the model: its input width is ${width}, and ${this.hook} has ${found}.`,
      );
  }
}
