// From an address to a server that is known to answer as its kind does, with our tokens.
import { Cancelled, UserError } from '../core/errors';
import { quote } from '../core/json';
import { hasTextFrom } from '../core/tokenizer/hasTextFrom';
import type { Tokenizer } from '../core/tokenizer/tokenizer';
import { namingTokenizer, readAddress, type ServerAddress } from './address';
import { kinds } from './kinds/kinds';
import { lookAt } from './look';
import type { Recognised, Server, TokenRow } from './server';
import { clientDefaults, RequestRefused, ServerClient, type ClientOptions } from './serverClient';
import type { SendToServer } from './transport';

export interface FoundServer extends Recognised {
  readonly address: ServerAddress;
  readonly client: ServerClient;
  /** As its kind calls itself. */
  readonly title: string;
  /** All names of models that it has. */
  readonly models: readonly string[];
}

/** Throws `UserError` where nothing answers there, or nothing that is known. */
export async function findServer(
  text: string,
  send: SendToServer,
  signal?: AbortSignal,
  options: ClientOptions = clientDefaults,
): Promise<FoundServer> {
  const address = readAddress(text);
  const client = new ServerClient(address.base, send, options);
  const look = await lookAt(client, address.model, signal);
  for (const { title, recognise } of kinds) {
    const found = recognise(look);
    if (found) return { ...found, address, client, title, models: look.models };
  }
  throw new UserError(
    `No supported server answers at ${address.base}. Supported: vLLM, SGLang, llama.cpp, llama-cpp-python, TGI, and others with OpenAI's /v1/models and /v1/completions.`,
  );
}

/** Of all kinds: words, code, digits, blanks, other scripts, a character of several tokens. No special token's name. */
export const CHECK_TEXT =
  "The café's naïve 12,345.67 tokens:\n\tdef f(x):  return x**2 - 1  # don't\r\n  Größe, Привет, 日本語のテスト, עברית, 한국어 👩🏽‍🚀 ∑∫≠\n\n\n";

export interface OpenedServer {
  readonly server: Server;
  /** False where it gives the ids of no text: then a difference can be seen in its answers alone. */
  readonly idsCompared: boolean;
}

/** A server whose ids are ours. Throws `UserError` with the first difference, or with what it cannot do. */
export async function openServer(
  { open, cannot, title, client }: FoundServer,
  tokenizer: Tokenizer,
  signal?: AbortSignal,
): Promise<OpenedServer> {
  if (!open) throw new UserError(`${client.host} is ${title}. ${cannot}.`);
  const server = open(client, tokenizer);
  if (server.vocabSize !== undefined && hasTextFrom(tokenizer, server.vocabSize))
    throw new UserError(
      `The tokenizer has ${tokenizer.vocabSize} tokens, but the model at ${client.host} has ${server.vocabSize}. Choose the model's own tokenizer ${namingTokenizer(client.base)}.`,
    );
  const theirs = await server.tokenize?.(CHECK_TEXT, signal).catch((error: unknown) => {
    if (error instanceof RequestRefused && error.isNoPath) return undefined;
    throw error;
  });
  if (theirs) compareTokens(server, client, tokenizer, theirs);
  return { server, idsCompared: theirs !== undefined };
}

/** Throws `UserError` with the text at the first difference and both ids. */
function compareTokens(
  server: Server,
  { host, base }: ServerClient,
  tokenizer: Tokenizer,
  theirs: readonly number[],
): void {
  const { ids, byteStarts } = tokenizer.encode(CHECK_TEXT);
  const at = Array.from(ids).findIndex((id, i) => id !== theirs[i]);
  if (at < 0 && theirs.length === ids.length) return;
  const place = at < 0 ? ids.length : at;
  const bytes = Buffer.from(CHECK_TEXT).subarray(byteStarts[place] ?? 0);
  throw new UserError(
    `The tokenizer is not that of ${server.model} at ${host}: at ${quote(bytes.toString('utf8').slice(0, 12))} it has token ${ids[place] ?? 'none'}, and the server has ${theirs[place] ?? 'none'}. Choose the model's own tokenizer ${namingTokenizer(base)} (a folder, a tokenizer.json, a GGUF file, hf:org/name).`,
  );
}

/** Scores a short text: what it gives is known then, rather than promised. Throws `UserError`. */
export async function tryServer(
  server: Server,
  ids: Uint32Array,
  signal?: AbortSignal,
): Promise<TokenRow[]> {
  const rows: TokenRow[] = [];
  await server.score({ ids, first: 1, topK: 5 }, signal, found => rows.push(...found));
  if (signal?.aborted) throw new Cancelled();
  return rows;
}
