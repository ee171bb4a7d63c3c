// vLLM scores a given text with `prompt_logprobs`, by ids, with ranks.
// https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
import { asNumber, asObjects, asString, isObject, type Json } from '../../core/json';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { RowChecks } from '../checkRows';
import type { Look } from '../look';
import type {
  Alternative,
  Recognised,
  SampleTask,
  ScoreTask,
  Server,
  ServerKind,
  TokenRow,
} from '../server';
import { RequestRefused, type ServerClient } from '../serverClient';

/** Of `--max-logprobs`, where it is not given. */
const ALTERNATIVES = 20;

export const vllm: ServerKind = {
  title: 'vLLM',
  recognise({ model, version }: Look): Recognised | undefined {
    if (!model || (model.owned_by !== 'vllm' && !('max_model_len' in model && 'root' in model)))
      return undefined;
    const name = asString(model.id) ?? '';
    const root = asString(model.root) ?? '';
    const facts = {
      model: name,
      version: asString(version?.version) ?? 'version not stated',
      contextTokens: asNumber(model.max_model_len),
    };
    return {
      ...facts,
      sources: [root, name].filter(Boolean),
      open: (client, tokenizer) => new VllmServer(client, tokenizer, facts),
    };
  },
};

class VllmServer implements Server {
  readonly model: string;
  readonly version: string;
  readonly contextTokens: number | undefined;
  readonly vocabSize = undefined;
  readonly givesRanks = true;
  readonly scoresParts = false;
  /** Fewer once the server has said so. */
  mostAlternatives = ALTERNATIVES;
  private readonly checks: RowChecks;

  constructor(
    private readonly client: ServerClient,
    tokenizer: Tokenizer,
    facts: Pick<Server, 'model' | 'version' | 'contextTokens'>,
  ) {
    this.model = facts.model;
    this.version = facts.version;
    // One is left for the token that it has to write.
    this.contextTokens = facts.contextTokens && facts.contextTokens - 1;
    this.checks = new RowChecks(client, tokenizer.vocabSize);
  }

  async identity(signal?: AbortSignal): Promise<string> {
    const found = await this.client.get('/v1/models', signal);
    const models = asObjects(isObject(found) ? found.data : undefined);
    const own = models.find(({ id }) => id === this.model);
    return JSON.stringify([own?.id, own?.root, own?.max_model_len]);
  }

  async tokenize(prompt: string, signal?: AbortSignal): Promise<number[]> {
    const body = { model: this.model, prompt, add_special_tokens: false };
    const { tokens } = await this.client.post('/tokenize', body, 0, signal);
    return Array.isArray(tokens) ? (tokens as number[]) : [];
  }

  async score(
    { ids, first }: ScoreTask,
    signal: AbortSignal | undefined,
    onRows: (rows: readonly TokenRow[], first: number) => void,
  ): Promise<void> {
    const { choices } = await this.prompted(ids, signal);
    const [choice] = asObjects(choices);
    const found = choice?.prompt_logprobs;
    const rows: unknown[] = Array.isArray(found) ? found : [];
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
    if (found.length === 0) throw this.checks.wrong('it lists no next token');
    this.checks.alternatives(found);
    return found;
  }

  async sample(
    { prefix, seed, maxTokens, temperature, topP }: SampleTask,
    signal?: AbortSignal,
  ): Promise<Uint32Array> {
    const body = {
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

  /** With as many alternatives as the server allows. */
  private async prompted(ids: Uint32Array, signal: AbortSignal | undefined): Promise<Json> {
    const ask = (count: number) => {
      const body = {
        model: this.model,
        prompt: [...ids],
        max_tokens: 1,
        temperature: 0,
        prompt_logprobs: count,
        add_special_tokens: false,
        return_token_ids: true,
      };
      return this.client.post('/v1/completions', body, ids.length, signal);
    };
    try {
      return await ask(this.mostAlternatives);
    } catch (error) {
      // "Requested prompt logprobs of 20, which is greater than max allowed: 5"
      const reason = error instanceof RequestRefused ? error.reason : '';
      const limits = [...reason.matchAll(/\d+/g)].map(Number);
      const most = Math.max(0, ...limits.filter(limit => limit < this.mostAlternatives));
      if (!/logprobs/i.test(reason) || most === 0) throw error;
      this.mostAlternatives = most;
      return ask(most);
    }
  }

  /** `row`: {"ID": {logprob, rank, decoded_token}}, the token itself always among them. */
  private rowOf(id: number, row: unknown): TokenRow {
    if (!isObject(row)) throw this.checks.wrong(`it has nothing of token ${id}`);
    const own = row[id];
    if (!isObject(own))
      throw this.checks.wrong(
        `token ${id} is not among those of its place, ${Object.keys(row).slice(0, 5).join(', ')}: its tokenizer may be another one`,
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
