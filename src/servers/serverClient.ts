// Requests to one server: JSON there and back, tried again where that can help, and one message for
// each way in which they fail.
import { Cancelled, UserError } from '../core/errors';
import { isObject, quote, type Json } from '../core/json';
import { retryAfter } from '../network/failures';
import { retrying, TransientError, waitFor, type Wait } from '../network/retrying';
import { hostOf } from './address';
import type { SendToServer } from './transport';

export interface ClientOptions {
  /** Until an answer has come. A long text on a large model takes minutes. */
  readonly timeoutMs: number;
  readonly wait: Wait;
}

export const clientDefaults: ClientOptions = { timeoutMs: 300_000, wait: waitFor };

/** The server understood the request and refuses it. */
export class RequestRefused extends UserError {
  constructor(
    host: string,
    readonly status: number,
    /** The server's own words. */
    readonly reason: string,
  ) {
    super(`${host} refuses the request (${status})${reason ? `: ${reason}` : ''}.`);
  }

  get needsKey(): boolean {
    return needsKey(this.status);
  }

  /** As a proxy says it that passes on some paths alone, once the server has answered another one. */
  get isNoPath(): boolean {
    return [403, 404, 405].includes(this.status);
  }
}

const needsKey = (status: number) => status === 401 || status === 403;

export class ServerClient {
  readonly host: string;
  /** Tokens of texts that were sent, those of requests that failed as well. */
  tokensSent = 0;
  requests = 0;
  /** Requests that may have met another server than the one before: after each that failed. */
  failures = 0;

  constructor(
    readonly base: string,
    private readonly send: SendToServer,
    private readonly options: ClientOptions = clientDefaults,
  ) {
    this.host = hostOf(base);
  }

  /**
   * Undefined where there is no such path. A connection that breaks, as one does that was idle, is made once more. `path`:
   * below the base. Throws as `post` does.
   */
  async look(path: string, timeoutMs: number, signal?: AbortSignal): Promise<unknown> {
    const ask = () => this.ask({ path, tokens: 0, timeoutMs }, signal);
    try {
      return await ask().catch((error: unknown) => {
        if (error instanceof TransientError && !(error instanceof BusyError)) return ask();
        throw error;
      });
    } catch (error) {
      if (error instanceof RequestRefused && !error.needsKey) return undefined;
      if (error instanceof NoJson) return error.text;
      // Servers answer paths that they do not have in many ways. One that is still loading its model says 503.
      if (error instanceof BusyError && ![429, 503].includes(error.status)) return undefined;
      throw error instanceof TransientError ? new UserError(`${error.message}.`) : error;
    }
  }

  /** Throws `UserError` where no answer comes, `RequestRefused` for a status of 4xx, and `Cancelled`. */
  get(path: string, signal?: AbortSignal): Promise<unknown> {
    return this.tried({ path, tokens: 0 }, signal);
  }

  /** `tokens`: those of a text in it. Throws as `get`. */
  async post(path: string, body: object, tokens: number, signal?: AbortSignal): Promise<Json> {
    const value = await this.tried({ path, body: JSON.stringify(body), tokens }, signal);
    if (isObject(value)) return value;
    throw this.unexpected(`it answered ${path} with ${quote(value)}`);
  }

  /** A message about an answer that is none. `what`: a sentence without its period. */
  unexpected(what: string): UserError {
    return new UserError(
      `${this.host} returned an unexpected answer, which is not shown: ${what}. Run \`tokenscope serve-check\` to see what the server supports.`,
    );
  }

  private tried(request: Ask, signal: AbortSignal | undefined): Promise<unknown> {
    const advice = 'Check that it is running and that the address is right.';
    return retrying(
      () => this.ask(request, signal),
      this.options.wait,
      signal,
      undefined,
      advice,
    ).catch((error: unknown) => {
      throw error instanceof NoJson ? this.unexpected(error.message) : error;
    });
  }

  private async ask(
    { path, body, tokens, timeoutMs = this.options.timeoutMs }: Ask,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    this.requests++;
    this.tokensSent += tokens;
    const answer = await this.send({ url: this.base + path, body, tokens, timeoutMs }, signal);
    if (signal?.aborted) throw new Cancelled();
    if ('refused' in answer) throw new UserError(answer.refused);
    if ('failure' in answer) {
      this.failures++;
      const message = `${this.host} cannot be reached: ${answer.failure}`;
      throw answer.mayPass ? new TransientError(message) : new UserError(`${message}.`);
    }
    if (answer.status === 200) return parsed(answer.body);
    this.failures++;
    throw this.refused(answer);
  }

  private refused({
    status,
    body,
    ...answer
  }: {
    status: number;
    body: string;
    retryAfter: string | null;
  }): Error {
    if (needsKey(status))
      return new RequestRefused(
        this.host,
        status,
        'the API key is missing or not accepted. On the command line, set TOKENSCOPE_SERVER_KEY; in the editor, "Tokenscope: Connect to a Server…" asks for it',
      );
    const words = wordsOf(body);
    if (status === 429 || status === 408 || status >= 500)
      return new BusyError(
        status,
        `${this.host} answered ${status}${words ? ` (${words})` : ''}`,
        retryAfter(answer.retryAfter),
      );
    return new RequestRefused(this.host, status, words);
  }
}

class BusyError extends TransientError {
  constructor(
    readonly status: number,
    message: string,
    afterMs?: number,
  ) {
    super(message, afterMs);
  }
}

interface Ask {
  readonly path: string;
  readonly body?: string;
  readonly tokens: number;
  readonly timeoutMs?: number;
}

/** Its message is what was answered instead. */
class NoJson extends Error {
  constructor(
    message: string,
    readonly text: string,
  ) {
    super(message);
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    const isPage = /^\s*</.test(body);
    throw new NoJson(
      isPage
        ? 'it returned an HTML page; a proxy or another program may be at that address'
        : `its answer is not JSON: ${quote(body)}`,
      body,
    );
  }
}

/** The error message of an answer, of all that there are. */
function wordsOf(body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return /^\s*</.test(body) ? '' : body.slice(0, 200).trim();
  }
  if (!isObject(value)) return '';
  const { error, message, detail } = value;
  const words = isObject(error) ? error.message : (error ?? message ?? detail);
  return words === undefined
    ? ''
    : (typeof words === 'string' ? words : quote(words)).slice(0, 300);
}
