// SGLang scores a given text by ids with its own `/generate`. https://docs.sglang.io/basic_usage/sampling_params.html
import { asNumber, asString, isObject, type Json } from '../../core/json';
import type { Look } from '../look';
import type {
  Alternative,
  PiecesOf,
  Recognised,
  SampleTask,
  ScoreTask,
  ServerKind,
  TokenRow,
} from '../server';
import type { ServerClient } from '../serverClient';
import { ALTERNATIVES, KnownServer, listOf, PLAIN_SAMPLING, versionOf } from './knownServer';

export const sglang: ServerKind = {
  title: 'SGLang',
  recognise({ modelInfo, serverInfo, model }: Look): Recognised | undefined {
    const path = asString(modelInfo?.model_path);
    if (path === undefined) return undefined;
    const facts = {
      model: asString(model?.id) ?? path,
      version: versionOf(serverInfo?.version),
      contextTokens: asNumber(model?.max_model_len) ?? asNumber(serverInfo?.context_length),
    };
    const tokenizer = asString(modelInfo?.tokenizer_path);
    return {
      ...facts,
      sources: [...(tokenizer ? [tokenizer] : []), path],
      open: (client, tokenizer) => new SglangServer(client, tokenizer, facts),
      pieces,
    };
  },
};

class SglangServer extends KnownServer {
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
    const body = { input_ids: [...ids], ...scoring(start, count) };
    const meta = await metaOf(this.client, body, ids.length, signal);
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
    const body = {
      input_ids: [...prefix],
      sampling_params: { max_new_tokens: 1, temperature: 0 },
      return_logprob: true,
      logprob_start_len: -1,
      top_logprobs_num: ALTERNATIVES,
    };
    const meta = await metaOf(this.client, body, prefix.length, signal);
    const found = this.likeliestOf(listOf(meta.output_top_logprobs)[0]);
    if (found.length === 0) throw this.checks.wrong('it returned no next token');
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
        ...PLAIN_SAMPLING,
        sampling_seed: seed,
      },
    };
    const { output_ids: ids } = await this.client.post('/generate', body, prefix.length, signal);
    return this.checks.written(ids);
  }

  /** Of [[logprob, id, text], …]. */
  private likeliestOf(value: unknown): Alternative[] {
    return listOf(value)
      .map(listOf)
      .filter(([logprob]) => !this.checks.isNone(logprob))
      .map(([logprob, id]) => ({ id: id as number, logprob: logprob as number }));
  }
}

/** Numbers of the text from token `start` on, with so many alternatives. */
const scoring = (start: number, count: number) => ({
  sampling_params: { max_new_tokens: 0, temperature: 0 },
  return_logprob: true,
  logprob_start_len: start,
  top_logprobs_num: count,
});

async function metaOf(
  client: ServerClient,
  body: object,
  tokens: number,
  signal: AbortSignal | undefined,
): Promise<Json> {
  const { meta_info: meta } = await client.post('/generate', body, tokens, signal);
  return isObject(meta) ? meta : {};
}

const pieces: PiecesOf = async (client, text, signal) => {
  const body = { text, ...scoring(0, ALTERNATIVES), return_text_in_logprobs: true };
  const meta = await metaOf(client, body, Buffer.byteLength(text), signal);
  const pieceOf = (entry: unknown) => {
    const [logprob, , text] = listOf(entry);
    return { text: asString(text), logprob: asNumber(logprob) };
  };
  const top = listOf(meta.input_top_logprobs);
  return listOf(meta.input_token_logprobs).map((entry, i) => ({
    ...pieceOf(entry),
    top: listOf(top[i])
      .map(pieceOf)
      .flatMap(({ text = '', logprob }) => (logprob === undefined ? [] : { text, logprob })),
  }));
};
