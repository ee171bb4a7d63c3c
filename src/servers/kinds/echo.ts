// Servers with OpenAI's completions that echo the prompt with its log-probabilities. They give texts in place of
// ids.
import { asNumber, asObjects, asString, isObject, type Json } from '../../core/json';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { SaidPiece } from '../alignPieces';
import type { Look } from '../look';
import type { Alternative, ScoreTask, ServerKind, TokenRow } from '../server';
import type { ServerClient } from '../serverClient';
import { spelledBytes, TokenTexts } from '../tokenTexts';
import {
  ALTERNATIVES,
  askAllowed,
  KnownServer,
  listOf,
  versionOf,
  type Facts,
} from './knownServer';

/** The last that is asked: whatever has a list of models. */
export const openAiEcho: ServerKind = {
  title: 'OpenAI-compatible',
  recognise({ model }) {
    if (!model) return undefined;
    const facts = echoFacts(model, asString(model.owned_by) ?? '');
    return {
      ...facts,
      sources: [facts.model],
      open: (client, tokenizer) => new EchoServer(client, tokenizer, facts),
      pieces: (client, text, signal) => piecesOf(client, facts.model, text, signal),
    };
  },
};

export const echoFacts = (model: NonNullable<Look['model']>, version: string): Facts => ({
  model: asString(model.id) ?? '',
  version: versionOf(version),
  contextTokens: asNumber(model.max_model_len) ?? asNumber(model.context_length),
});

export class EchoServer extends KnownServer {
  private readonly texts: TokenTexts;

  constructor(client: ServerClient, tokenizer: Tokenizer, facts: Facts) {
    super(client, tokenizer, facts);
    this.texts = new TokenTexts(tokenizer);
  }

  async identity(signal?: AbortSignal): Promise<string> {
    const found = await this.client.get('/v1/models', signal);
    const models = asObjects(isObject(found) ? found.data : undefined);
    return JSON.stringify(models.map(({ id }) => id).includes(this.model));
  }

  async score(
    { ids, first }: ScoreTask,
    signal: AbortSignal | undefined,
    onRows: (rows: readonly TokenRow[], first: number) => void,
  ): Promise<void> {
    const { lead, text: prompt } = this.texts.windowOf(ids, this.checks);
    const asked = { model: this.model, prompt };
    const echo = await echoOf(this.client, asked, signal, ids.length, this.mostAlternatives);
    this.mostAlternatives = echo.most;
    const { tokens, own, top, most } = this.placed(echo, lead, ids.length - lead);
    // It writes one token after them.
    this.checks.count(tokens.length - (tokens.length > ids.length ? 1 : 0), ids.length);
    if (own.length !== tokens.length || (top.length > 0 && top.length !== tokens.length))
      throw this.checks.wrong('its lists of tokens and of log-probabilities differ in length');
    for (let i = lead; i < ids.length; i++) {
      const said = tokens[i];
      if (typeof said !== 'string' || !this.texts.fits(ids[i]!, said))
        this.checks.sameId(ids[i]!, said);
    }
    const rows = Array.from(ids.subarray(first), (id, i) => {
      const place = first + i;
      const logprob = own[place];
      if (Number.isNaN(logprob)) return UNKNOWN;
      const row = isObject(top[place]) ? top[place] : {};
      const named = row[String(tokens[place])];
      if (typeof named === 'number' && !String(tokens[place]).includes('\ufffd'))
        this.checks.same(id, named, logprob);
      const isWhole = isWholeList(row, String(tokens[place]), logprob, most);
      const list = isWhole ? this.likeliestOf(row, most) : [];
      return this.checks.row(id, id, logprob, undefined, list);
    });
    onRows(rows, first);
  }

  /**
   * With what it says of token i of a window at place i, and NaN where it says nothing of a token that has tokens before
   * it. `lead`: how many of them it puts before the text itself; `count`: those of the text. Throws `UserError`.
   */
  protected placed(echo: Echo, _lead: number, _count: number): Echo {
    return echo;
  }

  /** Up to the first whose token is not certain. */
  private likeliestOf(top: Json, most: number): Alternative[] {
    const sorted = Object.entries(top)
      .map(([text, logprob]) => ({
        text,
        logprob: this.checks.logprob(logprob, `of ${JSON.stringify(text)}`),
      }))
      .sort((a, b) => b.logprob - a.logprob)
      // The last of one more is the text's own token, wherever it ranks.
      .slice(0, most);
    const found: Alternative[] = [];
    for (const { text, logprob } of sorted) {
      const id = this.texts.idOf(text);
      if (id === undefined) break;
      found.push({ id, logprob });
    }
    return found;
  }
}

/**
 * Whether all `most` are there. Texts are the keys: of two tokens with one text, as parts of characters have, one is lost, and
 * nobody knows where. The text's own token may be one more.
 */
function isWholeList(row: Json, text: string, own: unknown, most: number): boolean {
  const count = Object.keys(row).length;
  if (!(text in row)) return count === most;
  const least = Math.min(...Object.values(row).map(Number));
  return count === most + 1 || (count === most && Number(own) > least);
}

const UNKNOWN: TokenRow = { logprob: NaN, rank: 0, top: [] };

export interface Echo {
  readonly tokens: unknown[];
  readonly own: unknown[];
  readonly top: unknown[];
  /** Alternatives that were asked for, of each token. */
  readonly most: number;
  /** Of the text, where it says how many. */
  readonly promptTokens: number | undefined;
}

export async function echoOf(
  client: ServerClient,
  asked: { model: string; prompt: string },
  signal: AbortSignal | undefined,
  tokens = Buffer.byteLength(asked.prompt),
  wanted = ALTERNATIVES,
): Promise<Echo> {
  const { answer, most } = await askAllowed(wanted, logprobs => {
    const body = { ...asked, max_tokens: 1, temperature: 0, echo: true, logprobs };
    return client.post('/v1/completions', body, tokens, signal);
  });
  const { choices, usage } = answer;
  const logprobs = asObjects(choices)[0]?.logprobs;
  const found = isObject(logprobs) ? logprobs : {};
  return {
    tokens: listOf(found.tokens),
    own: listOf(found.token_logprobs),
    top: listOf(found.top_logprobs),
    most,
    promptTokens: isObject(usage) ? asNumber(usage.prompt_tokens) : undefined,
  };
}

async function piecesOf(
  client: ServerClient,
  model: string,
  prompt: string,
  signal: AbortSignal | undefined,
): Promise<SaidPiece[]> {
  const echo = await echoOf(client, { model, prompt }, signal);
  return saidPieces(echo, echo.promptTokens ?? echo.tokens.length - 1);
}

/** The first `count` of its tokens: those of the text. */
export function saidPieces({ tokens, own, top }: Echo, count: number): SaidPiece[] {
  return tokens.slice(0, count).map((token, i) => {
    const listed = Object.entries(isObject(top[i]) ? top[i] : {})
      .flatMap(([text, logprob]) => (typeof logprob === 'number' ? { text, logprob } : []))
      .sort((a, b) => b.logprob - a.logprob);
    // The token itself may be there in any case: as the last it need not be one of the likeliest.
    if (listed.at(-1)?.text === token) listed.pop();
    return {
      text: textOrBytes(String(token)),
      logprob: asNumber(own[i]),
      top: listed.map(({ text, logprob }) => ({ text: textOrBytes(text), logprob })),
    };
  });
}

const textOrBytes = (text: string) => spelledBytes(text) ?? text;
