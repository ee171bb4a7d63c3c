// SGLang scores a given text by ids with its own `/generate`. https://docs.sglang.io/basic_usage/sampling_params.html
import { asNumber, asString, isObject } from '../../core/json';
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
import type { ServerClient } from '../serverClient';

const ALTERNATIVES = 20;

export const sglang: ServerKind = {
  title: 'SGLang',
  recognise({ modelInfo, serverInfo, model }: Look): Recognised | undefined {
    const path = asString(modelInfo?.model_path);
    if (path === undefined) return undefined;
    const facts = {
      model: asString(model?.id) ?? path,
      version: asString(serverInfo?.version) ?? 'version not stated',
      contextTokens: asNumber(model?.max_model_len) ?? asNumber(serverInfo?.context_length),
    };
    const tokenizer = asString(modelInfo?.tokenizer_path);
    return {
      ...facts,
      sources: [...(tokenizer ? [tokenizer] : []), path],
      open: (client, tokenizer) => new SglangServer(client, tokenizer, facts),
    };
  },
};

class SglangServer implements Server {
  readonly model: string;
  readonly version: string;
  readonly contextTokens: number | undefined;
  readonly vocabSize = undefined;
  readonly givesRanks = false;
  readonly scoresParts = false;
  readonly mostAlternatives = ALTERNATIVES;
  private readonly checks: RowChecks;

  constructor(
    private readonly client: ServerClient,
    tokenizer: Tokenizer,
    facts: Pick<Server, 'model' | 'version' | 'contextTokens'>,
  ) {
    this.model = facts.model;
    this.version = facts.version;
    this.contextTokens = facts.contextTokens && facts.contextTokens - 1;
    this.checks = new RowChecks(client, tokenizer.vocabSize);
  }

  async identity(signal?: AbortSignal): Promise<string> {
    const found = await this.client.get('/get_model_info', signal);
    const info = isObject(found) ? found : {};
    return JSON.stringify([info.model_path, info.weight_version]);
  }

  async score(
    { ids, first, topK }: ScoreTask,
    signal: AbortSignal | undefined,
    onRows: (rows: readonly TokenRow[], first: number) => void,
  ): Promise<void> {
    // The first entry that is given has no number: one is asked for before those that are wanted.
    const start = first - 1;
    const count = Math.max(topK, ALTERNATIVES);
    const meta = await this.generate(
      ids,
      {
        sampling_params: { max_new_tokens: 0, temperature: 0 },
        return_logprob: true,
        logprob_start_len: start,
        top_logprobs_num: count,
      },
      signal,
    );
    const own = listOf(meta.input_token_logprobs);
    const top = listOf(meta.input_top_logprobs);
    this.checks.count(own.length, ids.length - start);
    this.checks.count(top.length, own.length);
    const rows = own.slice(1).map((entry, i) => {
      const [logprob, said] = listOf(entry);
      this.checks.listed(listOf(top[i + 1]).length, count);
      return this.checks.row(
        ids[first + i]!,
        said,
        logprob,
        undefined,
        this.likeliestOf(top[i + 1]),
      );
    });
    onRows(rows, first);
  }

  async likeliest(prefix: Uint32Array, signal?: AbortSignal): Promise<Alternative[]> {
    const meta = await this.generate(
      prefix,
      {
        sampling_params: { max_new_tokens: 1, temperature: 0 },
        return_logprob: true,
        logprob_start_len: -1,
        top_logprobs_num: ALTERNATIVES,
      },
      signal,
    );
    const found = this.likeliestOf(listOf(meta.output_top_logprobs)[0]);
    if (found.length === 0) throw this.checks.wrong('it lists no next token');
    this.checks.alternatives(found);
    return found;
  }

  async sample(
    { prefix, seed, maxTokens, temperature, topP }: SampleTask,
    signal?: AbortSignal,
  ): Promise<Uint32Array> {
    const body = {
      input_ids: [...prefix],
      sampling_params: {
        max_new_tokens: maxTokens,
        temperature,
        top_p: topP,
        sampling_seed: seed,
      },
    };
    const { output_ids: ids } = await this.client.post('/generate', body, prefix.length, signal);
    return this.checks.written(ids);
  }

  private async generate(ids: Uint32Array, options: object, signal: AbortSignal | undefined) {
    const body = { input_ids: [...ids], ...options };
    const { meta_info: meta } = await this.client.post('/generate', body, ids.length, signal);
    return isObject(meta) ? meta : {};
  }

  /** Of [[logprob, id, text], …]. */
  private likeliestOf(value: unknown): Alternative[] {
    return listOf(value)
      .map(listOf)
      .filter(([logprob]) => !this.checks.isNone(logprob))
      .map(([logprob, id]) => ({ id: id as number, logprob: logprob as number }));
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
