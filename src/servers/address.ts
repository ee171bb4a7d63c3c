// A connection to a server as one text, which stands wherever a model's path does:
// http://127.0.0.1:8080#tokenizer=/models/qwen.gguf&model=qwen. What follows the # is never sent.
import { UserError } from '../core/errors';
import { quote } from '../core/json';

export interface ServerAddress {
  /** Where its paths begin: without a slash at its end, and without the /v1 that people write. */
  readonly base: string;
  /** Path or name of the tokenizer; undefined where the server is to say it. */
  readonly tokenizer?: string | undefined;
  /** The server's name of the model; undefined: its only one. */
  readonly model?: string | undefined;
}

export function isServerAddress(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** Throws `UserError` where it is no address of a server. */
export function readAddress(text: string): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UserError(
      `${quote(text)} is not a server address. Write it as http://127.0.0.1:8080.`,
    );
  if (url.username || url.password || url.search)
    throw new UserError(
      `A server address must not contain a user name, a password or a query. Put an API key in TOKENSCOPE_SERVER_KEY; the editor asks for it.`,
    );
  const parameters = new URLSearchParams(url.hash.slice(1));
  return {
    base: url.origin + url.pathname.replace(/\/+$/, '').replace(/\/v1$/, ''),
    tokenizer: parameters.get('tokenizer') || undefined,
    model: parameters.get('model') || undefined,
  };
}

export function addressText({ base, tokenizer, model }: ServerAddress): string {
  const parameters = Object.entries({ tokenizer, model }).filter(([, value]) => value);
  if (parameters.length === 0) return base;
  return `${base}#${new URLSearchParams(parameters as [string, string][]).toString()}`;
}

/** How its tokenizer is named, in messages: a way that every command and setting has. */
export function namingTokenizer(base: string): string {
  return `after the address, as in ${base}#tokenizer=PATH`;
}

/** Host and port, as messages and the status item have them. */
export function hostOf(base: string): string {
  return new URL(base).host;
}

/** Whether what is sent there stays on this machine. A name that only a name server knows counts as elsewhere. */
export function isLoopback(base: string): boolean {
  const { hostname } = new URL(base);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
