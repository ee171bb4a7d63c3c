// Servers with OpenAI's completions that echo the prompt with its log-probabilities: llama-cpp-python, and any other that
// does. They give texts in place of ids.
import { asNumber, asObjects, asString, isObject, type Json } from '../../core/json';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { RowChecks } from '../checkRows';
import type { Look } from '../look';
import type { Alternative, Recognised, ScoreTask, Server, ServerKind, TokenRow } from '../server';
import type { ServerClient } from '../serverClient';
import { TokenTexts } from '../tokenTexts';

const ALTERNATIVES = 20;

export const llamaCppPython: ServerKind = {
  title: 'llama-cpp-python',
  recognise: ({ model }) =>
    model?.owned_by === 'me' ? echoing(model, 'llama-cpp-python', '/extras/tokenize') : undefined,
};

/** The last that is asked: whatever has a list of models. */
export const openAiEcho: ServerKind = {
  title: 'OpenAI-compatible',
  recognise: ({ model }) => model && echoing(model, asString(model.owned_by) ?? ''),
};

function echoing(
  model: NonNullable<Look['model']>,
  version: string,
  tokenizes?: string,
): Recognised {
  const facts = {
    model: asString(model.id) ?? '',
    version: version || 'version not stated',
    contextTokens: asNumber(model.max_model_len) ?? asNumber(model.context_length),
  };
  return {
    ...facts,
    sources: [facts.model],
    open: (client, tokenizer) => new EchoServer(client, tokenizer, facts, tokenizes),
  };
}

class EchoServer implements Server {
  readonly model: string;
  readonly version: string;
  readonly contextTokens: number | undefined;
  readonly vocabSize = undefined;
  readonly givesRanks = false;
  readonly scoresParts = false;
  readonly mostAlternatives = ALTERNATIVES;
  readonly tokenize?: (text: string, signal?: AbortSignal) => Promise<number[]>;
  private readonly checks: RowChecks;
  private readonly texts: TokenTexts;

  constructor(
    private readonly client: ServerClient,
    tokenizer: Tokenizer,
    facts: Pick<Server, 'model' | 'version' | 'contextTokens'>,
    tokenizes: string | undefined,
  ) {
    this.model = facts.model;
    this.version = facts.version;
    this.contextTokens = facts.contextTokens;
    this.checks = new RowChecks(client, tokenizer.vocabSize);
    this.texts = new TokenTexts(tokenizer);
    if (tokenizes)
      this.tokenize = async (input, signal) => {
        const { tokens } = await client.post(tokenizes, { model: this.model, input }, 0, signal);
        return Array.isArray(tokens) ? (tokens as number[]) : [];
      };
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
    const body = {
      model: this.model,
      prompt,
      max_tokens: 1,
      temperature: 0,
      echo: true,
      logprobs: ALTERNATIVES,
    };
    const { choices } = await this.client.post('/v1/completions', body, ids.length, signal);
    const logprobs = asObjects(choices)[0]?.logprobs;
    const { tokens, own, top } = columnsOf(logprobs);
    // It writes one token after them.
    this.checks.count(tokens.length - (tokens.length > ids.length ? 1 : 0), ids.length);
    if (own.length !== tokens.length || (top.length > 0 && top.length !== tokens.length))
      throw this.checks.wrong('its lists of tokens and of numbers are not of one length');
    for (let i = lead; i < ids.length; i++) {
      const said = tokens[i];
      if (typeof said !== 'string' || !this.texts.fits(ids[i]!, said))
        this.checks.sameId(ids[i]!, said);
    }
    const rows = Array.from(ids.subarray(first), (id, i) => {
      const place = first + i;
      const logprob = own[place];
      const row = isObject(top[place]) ? top[place] : {};
      const named = row[String(tokens[place])];
      if (typeof named === 'number' && !String(tokens[place]).includes('\ufffd'))
        this.checks.same(id, named, logprob);
      const list = this.isWhole(row, String(tokens[place]), logprob) ? this.likeliestOf(row) : [];
      return this.checks.row(id, id, logprob, undefined, list);
    });
    onRows(rows, first);
  }

  /**
   * Texts are the keys: of two tokens with one text, as parts of characters have, one is lost, and nobody knows where. The
   * text's own token may be one more.
   */
  private isWhole(row: Json, text: string, own: unknown): boolean {
    const count = Object.keys(row).length;
    if (!(text in row)) return count === ALTERNATIVES;
    const least = Math.min(...Object.values(row).map(Number));
    return count === ALTERNATIVES + 1 || (count === ALTERNATIVES && Number(own) > least);
  }

  /** Up to the first whose token is not certain. */
  private likeliestOf(top: Json): Alternative[] {
    const sorted = Object.entries(top)
      .map(([text, logprob]) => ({
        text,
        logprob: this.checks.logprob(logprob, `of ${JSON.stringify(text)}`),
      }))
      .sort((a, b) => b.logprob - a.logprob)
      // The last of one more is the text's own token, wherever it ranks.
      .slice(0, ALTERNATIVES);
    const found: Alternative[] = [];
    for (const { text, logprob } of sorted) {
      const id = this.texts.idOf(text);
      if (id === undefined) break;
      found.push({ id, logprob });
    }
    return found;
  }
}

function columnsOf(logprobs: unknown): { tokens: unknown[]; own: unknown[]; top: unknown[] } {
  const list = (value: unknown) => (Array.isArray(value) ? (value as unknown[]) : []);
  const found = isObject(logprobs) ? logprobs : {};
  return {
    tokens: list(found.tokens),
    own: list(found.token_logprobs),
    top: list(found.top_logprobs),
  };
}
