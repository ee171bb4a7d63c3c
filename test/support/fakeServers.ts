// Servers on loopback that answer as each kind documents it, with the numbers of a pure function of the tokens before
// (`fakeLogits`), so that a test knows every number; and that fail in the ways that a test names.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { logSoftmax } from '../../src/core/exactBytes/logSum';
import type { Tokenizer } from '../../src/core/tokenizer/tokenizer';
import type { Certificate } from './certificate';
import { fakeLogits } from './fakeBackend';
import { START_ID } from './modelFolder';

export type FakeKind =
  'llamaCpp' | 'vllm' | 'sglang' | 'tgi' | 'llamaCppPython' | 'echo' | 'ollama' | 'lmStudio';

export interface SeenRequest {
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly authorization: string | undefined;
}

/** What goes wrong with an answer. */
export interface ServerFault {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of the answer. */
  readonly body?: string;
  /** The answer changed. */
  readonly change?: (body: string) => string;
  /** The connection is cut before anything is sent, or after so many bytes. */
  readonly cutAfter?: number;
  /** Nothing is sent. */
  readonly isSilent?: boolean;
}

export interface FakeServerOptions {
  readonly model?: string;
  readonly seed?: number;
  readonly contextTokens?: number;
  /** Of vLLM's `--max-logprobs`. */
  readonly maxLogprobs?: number;
  /** The ids that it gives of a text that is not scored, in place of the tokenizer's. */
  readonly tokenize?: (text: string) => number[];
  /** The token that llama-cpp-python puts before a text; null: none. */
  readonly start?: number | null;
  /** It speaks TLS with it. */
  readonly certificate?: Certificate;
}

export class FakeServer {
  readonly seen: SeenRequest[] = [];
  /** Of each request in turn. */
  fault: (seen: SeenRequest) => ServerFault | undefined = () => undefined;
  private readonly server: Server;
  /** Requests whose connections were closed before they were answered. */
  closed = 0;

  private constructor(
    readonly kind: FakeKind,
    private readonly tokenizer: Tokenizer,
    public options: FakeServerOptions,
  ) {
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      void this.answer(request, response);
    const { certificate } = options;
    this.server = certificate ? createTlsServer(certificate, answer) : createServer(answer);
  }

  static async start(
    kind: FakeKind,
    tokenizer: Tokenizer,
    options: FakeServerOptions = {},
    port = 0,
    host = '127.0.0.1',
  ): Promise<FakeServer> {
    const server = new FakeServer(kind, tokenizer, options);
    await new Promise<void>((resolve, reject) => {
      server.server.once('error', reject);
      server.server.listen(port, host, resolve);
    });
    return server;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get address(): string {
    return `http${this.options.certificate ? 's' : ''}://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }

  private get vocabSize(): number {
    return this.tokenizer.vocabSize;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    response.on('close', () => {
      if (!response.writableFinished) this.closed++;
    });
    for await (const chunk of request) text += String(chunk);
    const { authorization } = request.headers;
    const path = request.url ?? '';
    const seen = { path, body: text ? JSON.parse(text) : {}, authorization };
    this.seen.push(seen);
    const isTooLong = tokensOf(this, seen) > this.contextTokens;
    const fault = this.fault(seen) ?? (isTooLong ? TOO_LONG : {});
    if (fault.isSilent) return;
    const found = fault.body ?? this.bodyOf(seen);
    const body = fault.change && found !== undefined ? fault.change(found) : (found ?? '');
    if (fault.cutAfter !== undefined) {
      response.writeHead(200, { 'content-length': String(Buffer.byteLength(body) + 1) });
      response.write(body.slice(0, fault.cutAfter), () => response.destroy());
      return;
    }
    const status = fault.status ?? (found === undefined ? 404 : 200);
    response.writeHead(status, { 'content-type': 'application/json', ...fault.headers });
    response.end(body);
  }

  private bodyOf(seen: SeenRequest): string | undefined {
    const value = ANSWERS[this.kind][seen.path]?.(this, seen.body);
    return value === undefined ? undefined : JSON.stringify(value);
  }

  get model(): string {
    return this.options.model ?? 'owner/fake';
  }

  get contextTokens(): number {
    return this.options.contextTokens ?? 4096;
  }

  rowAfter(before: readonly number[]): Float64Array {
    return logSoftmax(fakeLogits(before, this.vocabSize, this.options.seed));
  }

  /** Likeliest first. */
  likeliest(row: Float64Array, count: number): number[] {
    // Of large vocabularies a sort for each token takes long.
    const few = count * 20 < row.length ? this.above(row, count) : [...row.keys()];
    return few.sort((a, b) => row[b]! - row[a]!).slice(0, count);
  }

  /** Some of the highest, no fewer than `count`. */
  private above(row: Float64Array, count: number): number[] {
    const sample = row.filter((_, i) => i % 8 === 0).sort();
    const least = sample.at(-Math.min(sample.length, count))!;
    return [...row.keys()].filter(id => row[id]! >= least);
  }

  /** Of llama-cpp-python. */
  get startTokens(): number[] {
    const { start = START_ID } = this.options;
    return start === null ? [] : [start];
  }

  encode(text: string): number[] {
    return [...this.tokenizer.encode(text).ids];
  }

  tokenize(text: string): number[] {
    return this.options.tokenize?.(text) ?? this.encode(text);
  }

  /** As a server writes it: what is no text alone is a replacement character. */
  textOf(id: number): string {
    const bytes = Buffer.from(this.tokenizer.bytesOf(id));
    const text = bytes.toString('utf8');
    // OpenAI spells it.
    if (this.kind !== 'echo' || !text.includes('\ufffd')) return text;
    return `bytes:${[...bytes].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
  }

  bytesOf(id: number): Uint8Array {
    return this.tokenizer.bytesOf(id);
  }

  /** As llama.cpp has it: bytes of what is no text alone. */
  pieceOf(id: number): string | number[] {
    return this.isText(id) ? this.textOf(id) : [...this.tokenizer.bytesOf(id)];
  }

  isText(id: number): boolean {
    return !this.textOf(id).includes('\ufffd');
  }
}

type Body = Record<string, unknown>;
type Answer = (server: FakeServer, body: Body) => unknown;

const ids = (value: unknown) => value as number[];

const TOO_LONG: ServerFault = {
  status: 400,
  body: JSON.stringify({ error: { message: 'the request exceeds the context length' } }),
};

/** Of a request that scores or writes: what it gives and what is written after it. */
function tokensOf(server: FakeServer, { path, body }: SeenRequest): number {
  const given = body.prompt ?? body.input_ids ?? body.inputs ?? body.text;
  if (given === undefined || path.endsWith('/tokenize')) return 0;
  const { max_new_tokens: most } = (body.sampling_params ?? body.parameters ?? {}) as Body;
  const written = Number(body.max_tokens ?? body.n_predict ?? most ?? 0);
  const start = server.kind === 'llamaCppPython' ? server.startTokens.length : 0;
  return start + (typeof given === 'string' ? server.encode(given) : ids(given)).length + written;
}

const modelList =
  (entry: (server: FakeServer) => object): Answer =>
  server => ({ object: 'list', data: [{ id: server.model, object: 'model', ...entry(server) }] });

/** llama.cpp: it writes what the grammar lets it, and reports the raw softmax. */
function llamaCompletion(server: FakeServer, body: Body): unknown {
  const prompt = ids(body.prompt);
  const count = (body.n_probs as number) ?? 0;
  const forced = [...String(body.grammar ?? '').matchAll(/<\[(\d+)\]>/g)].map(([, id]) =>
    Number(id),
  );
  const written: number[] = [];
  const probabilities: object[] = [];
  for (let i = 0; i < (body.n_predict as number); i++) {
    const row = server.rowAfter([...prompt, ...written]);
    const id = forced.length > 0 ? forced[i]! : server.likeliest(row, 1)[0]!;
    written.push(id);
    const entry = (token: number) => ({
      id: token,
      token: server.textOf(token),
      bytes: [...server.bytesOf(token)],
      logprob: row[token],
    });
    // Of what splits a character it says nothing.
    if (!server.isText(id)) continue;
    probabilities.push({ ...entry(id), top_logprobs: server.likeliest(row, count).map(entry) });
  }
  return {
    content: written.map(id => server.textOf(id)).join(''),
    model: server.model,
    tokens: body.return_tokens ? written : [],
    tokens_predicted: written.length,
    tokens_evaluated: prompt.length,
    truncated: false,
    stop_type: 'limit',
    ...(count > 0 && { completion_probabilities: probabilities }),
  };
}

function vllmCompletion(server: FakeServer, body: Body): unknown {
  const prompt = typeof body.prompt === 'string' ? server.encode(body.prompt) : ids(body.prompt);
  const { maxLogprobs = 20 } = server.options;
  const wanted = body.prompt_logprobs as number | undefined;
  const entryOf = (row: Float64Array, id: number) => ({
    logprob: row[id],
    rank: row.filter(value => value > row[id]!).length + 1,
    decoded_token: server.textOf(id),
  });
  const [first] = server.likeliest(server.rowAfter(prompt), 1);
  const choice: Record<string, unknown> = { index: 0, text: server.textOf(first!), logprobs: null };
  if (wanted !== undefined) {
    if (wanted > maxLogprobs) return undefined;
    choice.prompt_logprobs = prompt.map((id, i) => {
      if (i === 0) return null;
      const row = server.rowAfter(prompt.slice(0, i));
      const listed = new Set([id, ...server.likeliest(row, wanted)]);
      return Object.fromEntries([...listed].map(each => [each, entryOf(row, each)]));
    });
  }
  // Of a text its own tokenizer's.
  if (body.return_token_ids)
    choice.prompt_token_ids =
      typeof body.prompt === 'string' ? server.tokenize(body.prompt) : prompt;
  if (typeof body.logprobs === 'number') {
    const row = server.rowAfter(prompt);
    const top = server.likeliest(row, body.logprobs).map(id => [`token_id:${id}`, row[id]]);
    choice.logprobs = { top_logprobs: [Object.fromEntries(top)] };
  }
  const written: number[] = [];
  for (let i = 0; i < (body.max_tokens as number); i++)
    written.push(server.likeliest(server.rowAfter([...prompt, ...written]), 1)[0]!);
  choice.token_ids = written;
  return { id: 'cmpl-1', object: 'text_completion', model: server.model, choices: [choice] };
}

function sglangGenerate(server: FakeServer, body: Body): unknown {
  const isText = typeof body.text === 'string';
  const prompt = isText ? server.encode(String(body.text)) : ids(body.input_ids);
  const spelled = (id: number) => (body.return_text_in_logprobs ? server.textOf(id) : null);
  const start = body.logprob_start_len as number;
  const count = (body.top_logprobs_num as number) ?? 0;
  const topOf = (row: Float64Array) =>
    server.likeliest(row, count).map(id => [row[id], id, spelled(id)]);
  const places = prompt.map((_, i) => i).slice(start < 0 ? prompt.length : start);
  const rowAt = (i: number) => server.rowAfter(prompt.slice(0, i));
  const { max_new_tokens: most = 0 } = (body.sampling_params ?? {}) as { max_new_tokens?: number };
  const written: number[] = [];
  const tops: unknown[] = [];
  for (let i = 0; i < most; i++) {
    const row = server.rowAfter([...prompt, ...written]);
    tops.push(topOf(row));
    written.push(server.likeliest(row, 1)[0]!);
  }
  return {
    text: '',
    output_ids: written,
    meta_info: {
      prompt_tokens: prompt.length,
      input_token_logprobs: places.map((place, i) => [
        i === 0 ? null : rowAt(place)[prompt[place]!],
        prompt[place],
        spelled(prompt[place]!),
      ]),
      input_top_logprobs: places.map((place, i) => (i === 0 ? null : topOf(rowAt(place)))),
      output_top_logprobs: tops,
    },
  };
}

function tgiGenerate(server: FakeServer, body: Body): unknown {
  const prompt = server.encode(String(body.inputs));
  const prefill = prompt.map((id, i) => ({
    id,
    text: server.textOf(id),
    logprob: i === 0 ? null : server.rowAfter(prompt.slice(0, i))[id],
  }));
  return { generated_text: 'x', details: { finish_reason: 'length', prefill, tokens: [] } };
}

function echoCompletion(server: FakeServer, body: Body): unknown {
  const prompt = server.encode(String(body.prompt));
  const all = [...prompt, server.likeliest(server.rowAfter(prompt), 1)[0]!];
  const rows = all.map((_, i) => server.rowAfter(all.slice(0, i)));
  const top = (i: number) => server.likeliest(rows[i]!, body.logprobs as number);
  return echoed(server, body, all, rows, top, prompt.length);
}

/**
 * As `_create_completion` of llama_cpp/llama.py: row i is what the model says after token i of the prompt, of which the
 * list leaves the start token out; without one, the rows are those of the tokens after.
 */
function pythonCompletion(server: FakeServer, body: Body): unknown {
  const start = server.startTokens;
  const prompt = [...start, ...server.encode(String(body.prompt))];
  const rows = prompt.map((_, i) => server.rowAfter(prompt.slice(0, i + 1)));
  const written = server.likeliest(rows.at(-1)!, 1)[0]!;
  const all = [...prompt.slice(start.length), written].slice(0, rows.length);
  const top = (i: number) => [...server.likeliest(rows[i]!, body.logprobs as number), all[i]!];
  return echoed(server, body, all, rows, top, prompt.length);
}

function echoed(
  server: FakeServer,
  body: Body,
  all: readonly number[],
  rows: readonly Float64Array[],
  top: (i: number) => number[],
  promptTokens: number,
): unknown {
  const logprobs = {
    tokens: all.map(id => server.textOf(id)),
    token_logprobs: all.map((id, i) => (i === 0 ? null : rows[i]![id])),
    top_logprobs: all.map((_, i) =>
      i === 0 ? null : Object.fromEntries(top(i).map(id => [server.textOf(id), rows[i]![id]])),
    ),
    text_offset: [],
  };
  const choices = [{ text: body.prompt, index: 0, logprobs }];
  return { model: server.model, choices, usage: { prompt_tokens: promptTokens } };
}

const ANSWERS: Record<FakeKind, Record<string, Answer>> = {
  llamaCpp: {
    '/v1/models': modelList(server => ({
      owned_by: 'llamacpp',
      meta: { n_vocab: server.encode('a') && server.rowAfter([0]).length, n_ctx_train: 8192 },
    })),
    '/props': server => ({
      default_generation_settings: { n_ctx: server.contextTokens },
      total_slots: 4,
      model_path: `/models/${server.model}.gguf`,
      build_info: 'b11549-abc',
    }),
    '/tokenize': (server, { content, with_pieces: isSpelled }) => ({
      tokens: server
        .tokenize(String(content))
        .map(id => (isSpelled ? { id, piece: server.pieceOf(id) } : id)),
    }),
    '/completion': llamaCompletion,
  },
  vllm: {
    '/v1/models': modelList(server => ({
      owned_by: 'vllm',
      root: server.model,
      max_model_len: server.contextTokens,
    })),
    '/version': () => ({ version: '0.33.0' }),
    '/tokenize': (server, { prompt }) => ({ tokens: server.tokenize(String(prompt)) }),
    '/v1/completions': vllmCompletion,
  },
  sglang: {
    '/v1/models': modelList(server => ({
      owned_by: 'sglang',
      max_model_len: server.contextTokens,
    })),
    '/get_model_info': server => ({ model_path: server.model, tokenizer_path: server.model }),
    '/get_server_info': () => ({ version: '0.5.23' }),
    '/generate': sglangGenerate,
  },
  tgi: {
    '/info': server => ({
      model_id: server.model,
      version: '3.3.7',
      max_input_tokens: server.contextTokens,
      max_total_tokens: server.contextTokens,
    }),
    '/generate': tgiGenerate,
  },
  llamaCppPython: {
    '/v1/models': modelList(() => ({ owned_by: 'me' })),
    '/extras/tokenize': (server, { input }) => ({
      tokens: [...server.startTokens, ...server.tokenize(String(input))],
    }),
    '/v1/completions': pythonCompletion,
  },
  echo: {
    '/v1/models': modelList(() => ({ owned_by: 'somebody' })),
    '/v1/completions': echoCompletion,
  },
  ollama: {
    '/v1/models': modelList(() => ({ owned_by: 'library' })),
    '/api/version': () => ({ version: '0.12.0' }),
  },
  lmStudio: {
    '/v1/models': modelList(() => ({ owned_by: 'organization_owner' })),
    '/api/v0/models': server => ({
      data: [{ id: server.model, publisher: 'owner', arch: 'llama', state: 'loaded' }],
    }),
  },
};
