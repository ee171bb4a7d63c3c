// A model that a server runs, as a backend: what the server says of the tokens of a text is checked and becomes scores.
import { Cancelled, UserError } from '../../../../core/errors';
import { concatIds } from '../../../../core/bytes';
import type { Scores } from '../../../../core/lenses/scores';
import type { Tokenizer } from '../../../../core/tokenizer/tokenizer';
import type { BackendReport, Lacks } from '../../../../protocol/models';
import type { FoundServer } from '../../../../servers/connect';
import type { Server, TokenRow } from '../../../../servers/server';
import type {
  Ability,
  Backend,
  OnRows,
  SampleRequest,
  ScoreRequest,
  TreeRequest,
} from '../../backend';
import { serverScores } from './serverScores';

export class ServerBackend implements Backend {
  readonly vocabSize: number;
  readonly contextTokens?: number;
  /** The start token, and one that the server has to write. */
  readonly besideWindow = 2;
  readonly inexact?: string;
  readonly exactNeeds = 'the same model opened on this machine, or a server of llama.cpp';
  readonly scoresParts: boolean;
  readonly givesLogprobs = true;
  readonly lacks: Lacks;
  readonly tree: Backend['tree'];
  readonly sample: Backend['sample'];
  readonly features: Ability<never> = {
    missing: 'A server returns no activations: features need the model on this machine',
  };
  readonly layers: Ability<never> = {
    missing:
      'A server returns no activations: layers can only be read from a model on this machine',
  };
  private readonly closed = new AbortController();

  /** `rows`: of a text that was tried; `identity`: the server's, then. */
  constructor(
    private readonly found: FoundServer,
    private readonly server: Server,
    tokenizer: Tokenizer,
    private readonly identity: string,
    rows: readonly TokenRow[],
  ) {
    this.vocabSize = server.vocabSize ?? tokenizer.vocabSize;
    if (server.contextTokens !== undefined) this.contextTokens = server.contextTokens;
    this.scoresParts = server.scoresParts;
    const { title, client } = found;
    const isWhole = server.distribution !== undefined;
    if (!isWhole)
      this.inexact = `is served by ${title}, which returns probabilities only for the most likely tokens`;
    this.tree =
      server.distribution || server.likeliest
        ? (request, signal) => this.rowsOf(request, signal)
        : {
            missing: `${title} at ${client.host} returns no probabilities of the next token, so nothing can be completed`,
          };
    this.sample = server.sample
      ? (request, signal) => this.samples(request, signal)
      : {
          missing: `${title} at ${client.host} cannot be used for generation: it returns no token ids`,
        };
    this.lacks = lacksOf(title, rows);
  }

  get report(): BackendReport {
    const { client, title, version, address } = this.found;
    const { server } = this;
    const alternatives = server.mostAlternatives;
    return {
      facts: [
        ['Server', `${title} ${version} at ${address.base}`],
        ['Model there', server.model],
        ['Alternatives of a token', alternatives >= this.vocabSize ? 'all' : String(alternatives)],
        ...Object.entries(this.lacks).map(
          ([column, reason]) => [COLUMN_NAMES[column] ?? column, `not known: ${reason}`] as const,
        ),
        ['Sent', `${client.tokensSent} tokens in ${client.requests} requests`],
      ],
      hooks: [],
      selfTest: [],
      warnings: [],
    };
  }

  async score(
    { inputs, targets, from, until = targets.length, topK }: ScoreRequest,
    signal?: AbortSignal,
    onRows?: OnRows<Scores>,
  ): Promise<Scores> {
    const ids = new Uint32Array(until + 1);
    ids.set(inputs.subarray(0, until));
    ids[until] = targets[until - 1]!;
    // Row i of the request is of token i + 1.
    const first = from + 1;
    const rows: TokenRow[] = [];
    const scoresOf = (part: readonly TokenRow[], at: number) =>
      serverScores(part, ids.subarray(at), topK, this.vocabSize);
    const any = this.both(signal);
    let checked = Promise.resolve();
    await this.server.score({ ids, first, topK }, any, (part, at) => {
      checked = checked.then(async () => {
        await this.checkIdentity(any);
        for (const row of part) rows.push(row);
        onRows?.(scoresOf(part, at), at - 1);
      });
      // Its failure is that of the whole below.
      checked.catch(() => {});
    });
    await checked;
    if (any.aborted) throw new Cancelled();
    return scoresOf(rows, first);
  }

  dispose(): void {
    this.closed.abort();
  }

  /** The answers of another model are no answers. Throws `UserError`. */
  private async checkIdentity(signal: AbortSignal): Promise<void> {
    const now = await this.server.identity(signal);
    if (now === this.identity) return;
    throw new UserError(
      `${this.found.client.host} serves another model than the one that was opened, ${this.server.model}. Connect to it again.`,
    );
  }

  /** A request for each row: a server has no trees, and keeps what the prompts share. */
  private async rowsOf({ prefix, nodes, wanted }: TreeRequest, signal?: AbortSignal) {
    const any = this.both(signal);
    const width = this.vocabSize;
    const logits = new Float32Array(wanted.length * width);
    let ran = 0;
    await Promise.all(
      wanted.map(async (node, i) => {
        const path: number[] = [];
        for (let at = node; nodes[at]!.parent >= 0; at = nodes[at]!.parent)
          path.unshift(nodes[at]!.token);
        const tokens = concatIds(prefix, path);
        ran += tokens.length;
        const children = nodes.filter(({ parent }) => parent === node).map(({ token }) => token);
        logits.set(await this.rowAfter(tokens, children, any), i * width);
      }),
    );
    await this.checkIdentity(any);
    return { logits, ran };
  }

  /** `children`: tokens whose numbers are needed, whether they are among the likeliest or not. */
  private async rowAfter(
    tokens: Uint32Array,
    children: readonly number[],
    signal: AbortSignal,
  ): Promise<Float32Array> {
    const { server } = this;
    if (server.distribution) return server.distribution(tokens, signal);
    const row = new Float32Array(this.vocabSize).fill(-Infinity);
    for (const { id, logprob } of await server.likeliest!(tokens, signal)) row[id] = logprob;
    for (const child of children) {
      if (row[child]! > -Infinity) continue;
      const task = { ids: concatIds(tokens, [child]), first: tokens.length, topK: 1 };
      await server.score(task, signal, ([found]) => (row[child] = found!.logprob));
    }
    return row;
  }

  private async samples(
    { prefix, seeds, maxTokens, ends, vocabSize, temperature, topP }: SampleRequest,
    signal?: AbortSignal,
  ): Promise<Uint32Array[]> {
    const any = this.both(signal);
    const written = await Promise.all(
      Array.from(seeds, async seed => {
        const task = { prefix, seed, maxTokens, temperature, topP };
        const ids = await this.server.sample!(task, any);
        return untilEnd(ids, { maxTokens, ends, vocabSize });
      }),
    );
    await this.checkIdentity(any);
    return written;
  }

  private both(signal: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any([this.closed.signal, ...(signal ? [signal] : [])]);
  }
}

/** As `Backend.sample` has it: the end is the last token. Servers leave it out where they stop before the limit. */
function untilEnd(
  ids: Uint32Array,
  { maxTokens, ends, vocabSize }: Pick<SampleRequest, 'maxTokens' | 'ends' | 'vocabSize'>,
): Uint32Array {
  const end = ids.findIndex(id => ends.includes(id));
  if (end >= 0) return ids.slice(0, end + 1);
  if (ids.some(id => id >= vocabSize) || ids.length > maxTokens)
    throw new UserError(
      'The server returned tokens that were not requested, so its answer is not used.',
    );
  const [stop] = ends;
  return ids.length < maxTokens && stop !== undefined ? concatIds(ids, [stop]) : ids;
}

const COLUMN_NAMES: Readonly<Record<string, string>> = {
  entropiesNats: 'Entropy',
  varentropies: 'Varentropy',
  ranks: 'Rank',
  topLogprobs: 'Alternatives',
};

function lacksOf(title: string, rows: readonly TokenRow[]): Lacks {
  const counts = rows.map(({ top }) => top.length);
  const most = Math.max(0, ...counts);
  if (most === 0) {
    const none = `${title} returns log-probabilities only for the tokens of the text`;
    return { entropiesNats: none, varentropies: none, topLogprobs: none, ranks: none };
  }
  const listed = `${title} returns only the ${most} most likely tokens, and this needs all of them`;
  return { varentropies: listed };
}
