// vLLM scores a given text with `prompt_logprobs`, by ids, with ranks.
// https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
import { asNumber, asObjects, asString, isObject, type Json } from '../../core/json';
import type { SaidPiece } from '../alignPieces';
import type { Look } from '../look';
import type {
  Alternative,
  Recognised,
  SampleTask,
  ScoreTask,
  ServerKind,
  TokenRow,
} from '../server';
import { RequestRefused, type ServerClient } from '../serverClient';
import {
  ALTERNATIVES,
  askAllowed,
  KnownServer,
  listOf,
  PLAIN_SAMPLING,
  versionOf,
} from './knownServer';

export const vllm: ServerKind = {
  title: 'vLLM',
  recognise({ model, version }: Look): Recognised | undefined {
    if (!model || (model.owned_by !== 'vllm' && !('max_model_len' in model && 'root' in model)))
      return undefined;
    const name = asString(model.id) ?? '';
    const root = asString(model.root) ?? '';
    const facts = {
      model: name,
      version: versionOf(version?.version),
      contextTokens: asNumber(model.max_model_len),
    };
    return {
      ...facts,
      sources: [root, name].filter(Boolean),
      open: (client, tokenizer) => new VllmServer(client, tokenizer, facts),
      pieces: (client, text, signal) => piecesOf(client, name, text, signal),
    };
  },
};

class VllmServer extends KnownServer {
  override readonly givesRanks = true;

  async identity(signal?: AbortSignal): Promise<string> {
    const found = await this.client.get('/v1/models', signal);
    const models = asObjects(isObject(found) ? found.data : undefined);
    const own = models.find(({ id }) => id === this.model);
    return JSON.stringify([own?.id, own?.root, own?.max_model_len]);
  }

  async tokenize(prompt: string, signal?: AbortSignal): Promise<number[]> {
    const body = { model: this.model, prompt, add_special_tokens: false };
    try {
      const { tokens } = await this.client.post('/tokenize', body, 0, signal);
      return this.checks.ids(tokens);
    } catch (error) {
      if (!(error instanceof RequestRefused) || !error.isNoPath) throw error;
      // Behind a proxy that passes on /v1 alone; older versions give no ids there.
      const ids = await this.idsOf(body, signal);
      if (Array.isArray(ids)) return this.checks.ids(ids);
      throw error;
    }
  }

  private async idsOf(asked: { prompt: string }, signal: AbortSignal | undefined) {
    const body = { ...asked, max_tokens: 1, temperature: 0, return_token_ids: true };
    const bytes = Buffer.byteLength(asked.prompt);
    const { choices } = await this.client.post('/v1/completions', body, bytes, signal);
    return asObjects(choices)[0]?.prompt_token_ids;
  }

  async score(
    { ids, first }: ScoreTask,
    signal: AbortSignal | undefined,
    onRows: (rows: readonly TokenRow[], first: number) => void,
  ): Promise<void> {
    const most = this.mostAlternatives;
    const asked = { model: this.model, prompt: [...ids], add_special_tokens: false };
    const found = await prompted(this.client, asked, ids.length, most, signal);
    this.mostAlternatives = found.most;
    const { choice } = found;
    const rows = listOf(choice?.prompt_logprobs);
    this.checks.count(rows.length, ids.length);
    const said = choice?.prompt_token_ids;
    if (Array.isArray(said))
      for (const [i, id] of ids.entries()) this.checks.sameId(id, said[i] as unknown);
    onRows(
      rows.slice(first).map((row, i) => this.rowOf(ids[first + i]!, row)),
      first,
    );
  }

  async likeliest(prefix: Uint32Array, signal?: AbortSignal): Promise<Alternative[]> {
    const body = {
      model: this.model,
      prompt: [...prefix],
      max_tokens: 1,
      temperature: 0,
      logprobs: this.mostAlternatives,
      add_special_tokens: false,
      return_tokens_as_token_ids: true,
    };
    const { choices } = await this.client.post('/v1/completions', body, prefix.length, signal);
    const logprobs = asObjects(choices)[0]?.logprobs;
    const [top] = asObjects(isObject(logprobs) ? logprobs.top_logprobs : undefined);
    const found = Object.entries(top ?? {}).map(([name, logprob]) => ({
      id: Number(/^token_id:(\d+)$/.exec(name)?.[1] ?? NaN),
      logprob: this.checks.logprob(logprob, `of ${name}`),
    }));
    found.sort((a, b) => b.logprob - a.logprob);
    if (found.length === 0) throw this.checks.wrong('it returned no next token');
    this.checks.alternatives(found);
    return found;
  }

  async sample(
    { prefix, seed, maxTokens, temperature, topP }: SampleTask,
    signal?: AbortSignal,
  ): Promise<Uint32Array> {
    const body = {
      ...PLAIN_SAMPLING,
      model: this.model,
      prompt: [...prefix],
      max_tokens: maxTokens,
      temperature,
      top_p: topP,
      seed,
      add_special_tokens: false,
      return_token_ids: true,
    };
    const { choices } = await this.client.post('/v1/completions', body, prefix.length, signal);
    const ids = asObjects(choices)[0]?.token_ids;
    return this.checks.written(ids);
  }

  /** `row`: {"ID": {logprob, rank, decoded_token}}, the token itself always among them. */
  private rowOf(id: number, row: unknown): TokenRow {
    if (!isObject(row)) throw this.checks.wrong(`it returned nothing for token ${id}`);
    const own = row[id];
    if (!isObject(own))
      throw this.checks.wrong(
        `token ${id} is not among the tokens at its position (${Object.keys(row).slice(0, 5).join(', ')}); its tokenizer may differ`,
      );
    const top = Object.entries(row)
      .flatMap(([key, value]) =>
        isObject(value) ? { id: Number(key), logprob: value.logprob, rank: value.rank } : [],
      )
      .filter(({ logprob }) => !this.checks.isNone(logprob))
      .map(({ logprob, ...rest }) => ({
        ...rest,
        logprob: this.checks.logprob(logprob, `of token ${rest.id}`),
      }))
      .sort((a, b) => b.logprob - a.logprob);
    const listed = Object.keys(row).length;
    if (listed !== this.mostAlternatives + 1) this.checks.listed(listed, this.mostAlternatives);
    // A token that is none of the likeliest is given beside them.
    const isBeside = top.length > this.mostAlternatives;
    const likeliest = isBeside ? top.filter(each => each.id !== id) : top;
    return this.checks.row(id, id, own.logprob, own.rank, likeliest);
  }
}

/** The choice with `most` alternatives of each token, or with as many as the server allows. */
async function prompted(
  client: ServerClient,
  asked: object,
  tokens: number,
  most: number,
  signal: AbortSignal | undefined,
): Promise<{ choice: Json | undefined; most: number }> {
  const { answer, most: allowed } = await askAllowed(most, count => {
    const body = {
      ...asked,
      max_tokens: 1,
      temperature: 0,
      prompt_logprobs: count,
      return_token_ids: true,
    };
    return client.post('/v1/completions', body, tokens, signal);
  });
  return { choice: asObjects(answer.choices)[0], most: allowed };
}

async function piecesOf(
  client: ServerClient,
  model: string,
  prompt: string,
  signal: AbortSignal | undefined,
): Promise<SaidPiece[]> {
  const bytes = Buffer.byteLength(prompt);
  const { choice, most } = await prompted(client, { model, prompt }, bytes, ALTERNATIVES, signal);
  const ids = listOf(choice?.prompt_token_ids);
  return listOf(choice?.prompt_logprobs).map((row, i) => {
    const pieceOf = (entry: unknown) => ({
      text: isObject(entry) ? asString(entry.decoded_token) : undefined,
      logprob: isObject(entry) ? asNumber(entry.logprob) : undefined,
    });
    const entries = isObject(row) ? row : {};
    return {
      ...pieceOf(entries[String(ids[i])]),
      // The token itself is there, too, where it is none of the likeliest.
      top: Object.values(entries)
        .filter(entry => !isObject(entry) || (asNumber(entry.rank) ?? 0) <= most)
        .map(pieceOf)
        .flatMap(({ text = '', logprob }) => (logprob === undefined ? [] : { text, logprob })),
    };
  });
}
