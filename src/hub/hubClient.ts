// Requests to the hub. Redirects are followed here rather than by `fetch`, so that it is certain what goes where: a
// token goes to the endpoint's origin alone.
import { UserError } from '../core/errors';
import { isNestedDeeper } from '../core/json';
import { networkReason } from '../network/failures';
import { retrying, throwIfAborted, waitFor, type Wait } from '../network/retrying';
import type { HubEnvironment } from './environment';
import { answerError, HUB, transientOf, type Origin, type Subject } from './hubErrors';

const MOST_REDIRECTS = 10;
/** A listing of the largest repositories has a tenth of it. */
const MOST_JSON_BYTES = 32 << 20;
const MOST_JSON_LEVELS = 50;
/** Without a byte: the connection is dead. */
const STALL_MS = 60_000;
const LATER = 'Try again later: what was downloaded is kept';

export interface HubConnection {
  readonly fetch: typeof fetch;
  readonly wait: Wait;
}

export interface Request {
  /** Below the endpoint, with a slash at its beginning. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** What is asked for, in messages. */
  readonly subject: Subject;
}

export class HubClient {
  /** Once something was answered, a failure to connect may pass. */
  private hasAnswered = false;

  constructor(
    readonly environment: HubEnvironment,
    private readonly connection: HubConnection = { fetch: globalThis.fetch, wait: waitFor },
    readonly origin: Origin = HUB,
  ) {}

  /** Tries work that asks the hub again where that can help. */
  retrying<T>(work: () => Promise<T>, signal?: AbortSignal, progress?: () => number): Promise<T> {
    return retrying(work, this.connection.wait, signal, progress, LATER);
  }

  /** Throws `UserError` where there is no such thing, or what is sent is none. */
  async json(request: Request): Promise<unknown> {
    return this.parsed(request, await this.text(request));
  }

  /** Throws `UserError` where there is no such thing, or it is too long. */
  text(request: Request): Promise<string> {
    return this.retrying(async () => {
      const chunks: Uint8Array[] = [];
      let length = 0;
      await this.read(request, async ({ chunksOf }) => {
        for await (const chunk of chunksOf()) {
          length += chunk.length;
          if (length > MOST_JSON_BYTES) throw this.notRead(request, 'it is too long');
          chunks.push(chunk);
        }
      });
      return Buffer.concat(chunks).toString('utf8');
    }, request.signal);
  }

  /**
   * Gives the answer to `use` as it arrives, once: what fails in between is a `TransientError`. Statuses of `accepted`
   * are answers, others errors.
   */
  async read<T>(
    request: Request,
    use: (answer: Answer) => Promise<T>,
    accepted: readonly number[] = [200],
  ): Promise<T> {
    if (this.environment.isOffline)
      throw new UserError(
        `HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set, so ${this.origin.name} is not contacted. ${this.origin.offline}`,
      );
    const stop = new AbortController();
    const signals = [stop.signal, ...(request.signal ? [request.signal] : [])];
    const signal = AbortSignal.any(signals);
    let stalled = setTimeout(() => stop.abort(), STALL_MS);
    const arrives = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => stop.abort(), STALL_MS);
    };
    try {
      const response = await this.follow(request, signal);
      if (!accepted.includes(response.status))
        throw answerError(this.origin, response, request.subject, this.environment);
      arrives();
      const fails = (error: unknown) => this.transient(request, networkReason(error));
      return await use({ response, chunksOf: () => chunksOf(response, arrives, fails) });
    } catch (error) {
      throwIfAborted(request.signal);
      if (stop.signal.aborted) throw this.transient(request, 'nothing arrived for a minute');
      throw error;
    } finally {
      clearTimeout(stalled);
      // Ends the connection where not all of the answer was read.
      stop.abort();
    }
  }

  private async follow(request: Request, signal: AbortSignal): Promise<Response> {
    const { endpoint, token } = this.environment;
    let url = new URL(`${endpoint}${request.path}`);
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const headers: Record<string, string> = {
        // Else lengths and ranges are those of what is packed.
        'accept-encoding': 'identity',
        'user-agent': 'tokenscope',
        ...request.headers,
      };
      if (token && url.origin === new URL(endpoint).origin)
        headers.authorization = `Bearer ${token}`;
      const response = await this.ask(url, headers, signal, request);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null) return response;
      await response.body?.cancel().catch(() => {});
      url = this.redirected(url, location, request.subject);
    }
    throw new UserError(`${request.subject.what} is redirected without end by ${endpoint}.`);
  }

  private async ask(
    url: URL,
    headers: Record<string, string>,
    signal: AbortSignal,
    request: Request,
  ): Promise<Response> {
    try {
      const response = await this.connection.fetch(url, { headers, signal, redirect: 'manual' });
      this.hasAnswered = true;
      return response;
    } catch (error) {
      const reason = networkReason(error);
      if (this.hasAnswered) throw this.transient(request, reason);
      throw new UserError(
        `${url.origin} cannot be reached: ${reason}. Check the network connection, the proxy, and ${this.origin.variable}.`,
      );
    }
  }

  private parsed(request: Request, text: string): unknown {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw this.notRead(request, 'it is not JSON');
    }
    if (isNestedDeeper(value, MOST_JSON_LEVELS))
      throw this.notRead(request, 'it is nested too deeply');
    return value;
  }

  /** `why`: what is wrong with an answer. */
  notRead({ subject }: Request, why: string): UserError {
    const { name, variable } = this.origin;
    return new UserError(
      `The answer of ${this.environment.endpoint} about ${subject.what} cannot be used: ${why}. Check that ${variable} is ${name.replace(/^the /, 'a ')}.`,
    );
  }

  private transient({ subject }: Request, why: string): Error {
    return transientOf(this.origin, subject, why);
  }

  /** Throws `UserError` for an address that is not followed. */
  private redirected(from: URL, location: string, { what }: Subject): URL {
    const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    const isWeaker = from.protocol === 'https:' && to?.protocol !== 'https:';
    const leaves = !this.origin.isRedirected && to?.origin !== from.origin;
    if (to && /^https?:$/.test(to.protocol) && !isWeaker && !leaves) return to;
    throw new UserError(
      `${what} is redirected by ${from.origin} to an address that is not followed.`,
    );
  }
}

export interface Answer {
  readonly response: Response;
  /** Of the body, as they arrive. Throws `TransientError` where the connection breaks. */
  chunksOf(): AsyncGenerator<Uint8Array>;
}

async function* chunksOf(
  { body }: Response,
  arrives: () => void,
  fails: (error: unknown) => Error,
): AsyncGenerator<Uint8Array> {
  const reader = (body as ReadableStream<Uint8Array> | null)?.getReader();
  for (;;) {
    let part;
    try {
      part = await reader?.read();
    } catch (error) {
      throw fails(error);
    }
    arrives();
    if (!part?.value) return;
    yield part.value;
  }
}
