// One typed channel for every boundary: an interface of functions is the contract, calls and handlers
// are derived from it, and vscode-jsonrpc carries them (replies, errors, cancellation).
import { Cancelled, UserError } from '../core/errors';
import {
  CancellationTokenSource,
  ErrorCodes,
  ResponseError,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc';

/** Every method takes one parameter that structured clone can carry. */
type Contract<C> = { [M in keyof C]: (params: never) => unknown };

type Result<C extends Contract<C>, M extends keyof C> = Awaited<ReturnType<C[M]>>;

export type Remote<C extends Contract<C>> = {
  [M in keyof C]: (params: Parameters<C[M]>[0], signal?: AbortSignal) => Promise<Result<C, M>>;
};

export type Handlers<C extends Contract<C>> = {
  [M in keyof C]: (
    params: Parameters<C[M]>[0],
    signal: AbortSignal,
  ) => Result<C, M> | Promise<Result<C, M>>;
};

type Handler = (params: never, signal: AbortSignal) => unknown;

const USER_ERROR = -32000;
const REQUEST_CANCELLED = -32800;

/**
 * @param isPrompt a request that is aborted throws `Cancelled` at once, while the other side may still be at work; without
 * it, when the other side has heard of it
 */
export function connect<C extends Contract<C>>(
  connection: MessageConnection,
  methods: readonly (keyof C & string)[],
  { isPrompt = false } = {},
): Remote<C> {
  // A request that was on its way when the other side died is not among those that disposal rejects.
  const pending = new Set<(error: Error) => void>();
  connection.onDispose(() => {
    for (const reject of pending) reject(new Error('the other side is gone'));
  });
  const answered = (request: Promise<unknown>, cancelled: CancellationToken) =>
    new Promise((resolve, reject) => {
      pending.add(reject);
      if (isPrompt) cancelled.onCancellationRequested(() => reject(new Cancelled()));
      void request.then(resolve, reject).finally(() => pending.delete(reject));
    });
  const call = async (method: string, params: unknown, signal?: AbortSignal) => {
    if (signal?.aborted) throw new Cancelled();
    const source = new CancellationTokenSource();
    const abort = () => source.cancel();
    signal?.addEventListener('abort', abort);
    try {
      return await answered(connection.sendRequest(method, params, source.token), source.token);
    } catch (error) {
      throw toLocalError(error);
    } finally {
      signal?.removeEventListener('abort', abort);
      source.dispose();
    }
  };
  const entries = methods.map(method => [
    method,
    (params: unknown, signal?: AbortSignal) => call(method, params, signal),
  ]);
  return Object.fromEntries(entries) as Remote<C>;
}

export function serve<C extends Contract<C>>(
  connection: MessageConnection,
  methods: readonly (keyof C & string)[],
  handlers: Handlers<C>,
): void {
  for (const method of methods) {
    const handler = handlers[method] as Handler;
    connection.onRequest(method, async (params: never, token: CancellationToken) => {
      const controller = new AbortController();
      // A token that was cancelled while the request waited for its turn calls no listener.
      if (token.isCancellationRequested) controller.abort();
      const listener = token.onCancellationRequested(() => controller.abort());
      try {
        return await handler(params, controller.signal);
      } catch (error) {
        throw toWireError(error);
      } finally {
        listener.dispose();
      }
    });
  }
}

function toWireError(error: unknown): ResponseError<string> {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof UserError) return new ResponseError(USER_ERROR, message);
  if (error instanceof Cancelled) return new ResponseError(REQUEST_CANCELLED, message);
  return new ResponseError(ErrorCodes.InternalError, message, stack);
}

function toLocalError(error: unknown): Error {
  if (error instanceof ResponseError) {
    if (error.code === USER_ERROR) return new UserError(error.message);
    if (error.code === REQUEST_CANCELLED) return new Cancelled();
    const bug = new Error(error.message);
    if (typeof error.data === 'string') bug.stack = error.data;
    return bug;
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** The names of a contract's methods, which do not exist at run time: a missing one and a wrong one are type errors. */
export function methodsOf<C>(
  methods: Record<keyof C & string, true>,
): readonly (keyof C & string)[] {
  return Object.keys(methods) as (keyof C & string)[];
}
