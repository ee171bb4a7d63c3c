// How a request reaches a server: one function, which the process that may use the network has. In the editor that is the
// extension host, whose `fetch` follows VS Code's proxy and certificates and which alone knows the key; for the command
// line its own process. What comes back is plain data, so that it passes between processes.
import { UserError } from '../core/errors';
import { networkReason } from '../network/failures';
import { hostOf } from './address';

export interface ServerRequest {
  readonly url: string;
  /** JSON that is posted; without it the address is read. */
  readonly body?: string | undefined;
  /** Tokens of a text that are in it. */
  readonly tokens: number;
  /** After so long without an answer the connection is closed. */
  readonly timeoutMs: number;
}

/** What came back; why nothing did, a sentence without its period; or why nothing may be sent, a whole message. */
export type ServerAnswer =
  | { readonly status: number; readonly retryAfter: string | null; readonly body: string }
  | { readonly failure: string; readonly mayPass: boolean }
  | { readonly refused: string };

/** Throws nothing. Aborting closes the connection; then no answer counts. */
export type SendToServer = (request: ServerRequest, signal?: AbortSignal) => Promise<ServerAnswer>;

/** Of the largest vocabularies one row is 15 MB. */
const MOST_BYTES = 512 << 20;
const MOST_REDIRECTS = 5;

/** By `fetch`. A key goes to the host that was named, and to no other. */
export function sendBy(
  doFetch: typeof fetch,
  keyOf: (origin: string) => string | undefined | PromiseLike<string | undefined>,
): SendToServer {
  return async (request, signal) => {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), request.timeoutMs);
    const both = AbortSignal.any([late.signal, ...(signal ? [signal] : [])]);
    try {
      const response = await follow(
        doFetch,
        request,
        await keyOf(new URL(request.url).origin),
        both,
      );
      const body = await textOf(response, request.url);
      return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
    } catch (error) {
      if (error instanceof UserError) return { refused: error.message };
      if (late.signal.aborted)
        return {
          failure: `it accepted the request but did not answer within ${request.timeoutMs / 1000} s`,
          mayPass: false,
        };
      return failureOf(error);
    } finally {
      clearTimeout(timer);
      // Ends the connection where not all of the answer was read.
      late.abort();
    }
  };
}

/** No more than `most` at once, which is asked for at each request; others wait in order. */
export function atMost(most: () => number, send: SendToServer): SendToServer {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (request, signal) => {
    while (running >= most() && !signal?.aborted)
      await new Promise<void>(resolve => {
        const go = () => {
          signal?.removeEventListener('abort', go);
          resolve();
        };
        waiting.push(go);
        signal?.addEventListener('abort', go);
      });
    if (signal?.aborted) return { failure: 'it was cancelled', mayPass: false };
    running++;
    try {
      return await send(request, signal);
    } finally {
      running--;
      // Those that were cancelled pass it on.
      for (const next of waiting.splice(0)) next();
    }
  };
}

async function follow(
  doFetch: typeof fetch,
  { url, body }: ServerRequest,
  key: string | undefined,
  signal: AbortSignal,
): Promise<Response> {
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await doFetch(at, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key ? { authorization: `Bearer ${key}` } : {}),
      },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal,
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel().catch(() => {});
    at = redirected(at, location);
  }
  throw new UserError(`${hostOf(url)} redirects too many times.`);
}

/** Throws `UserError` for another host: nothing is sent where nobody named it. */
function redirected(from: string, location: string): string {
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (to?.origin === new URL(from).origin) return to.href;
  throw new UserError(
    `${hostOf(from)} redirects to ${to ? to.origin : 'no address'}. Nothing is sent to a host that you did not name; if that is the server, use its address.`,
  );
}

/** Throws `UserError` where it is longer than any answer. */
async function textOf({ body }: Response, url: string): Promise<string> {
  const reader = (body as ReadableStream<Uint8Array> | null)?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const part = await reader?.read();
    if (!part?.value) return Buffer.concat(chunks).toString('utf8');
    chunks.push(part.value);
    length += part.value.length;
    if (length > MOST_BYTES)
      throw new UserError(
        `The answer of ${hostOf(url)} is larger than ${MOST_BYTES >> 20} MB, which is not supported.`,
      );
  }
}

/** By codes of OpenSSL and of Node: what is wrong, and what to do. The first that fits is taken. */
const TLS_FAILURES: readonly [code: RegExp, what: string, next: string][] = [
  [/EXPIRED/, 'its certificate has expired', 'the operator of the server has to renew it'],
  [/NOT_YET_VALID/, 'its certificate is not valid yet', 'check the clock of this machine'],
  [/ALTNAME/, 'its certificate is for another name', 'use the host name of the certificate'],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/,
    'its certificate is not trusted',
    'add it to the trusted certificates, for example with NODE_EXTRA_CA_CERTS',
  ],
  [/EPROTO|SSL|TLS/, 'it does not speak TLS', 'check whether its address begins with http://'],
];

function failureOf(error: unknown): ServerAnswer {
  const reason = networkReason(error);
  const { cause } = error as { cause?: { code?: string } };
  const code = cause?.code ?? '';
  const found = TLS_FAILURES.find(([codes]) => codes.test(code));
  if (found) return { failure: `${found[1]} (${reason}): ${found[2]}`, mayPass: false };
  return { failure: reason, mayPass: true };
}
