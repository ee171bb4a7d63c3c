// What an answer of the hub that is none means, and what to do about it.
import { UserError } from '../core/errors';
import type { HubEnvironment } from './environment';
import { retryAfter } from '../network/failures';
import { TransientError } from '../network/retrying';

/** What a request is about. */
export interface Subject {
  /** For example 'org/name', or 'config.json of org/name': how a message begins. */
  readonly what: string;
  /** `org/name`; undefined: a search. */
  readonly repository?: string;
  readonly revision?: string;
  readonly file?: string;
}

/** Where answers come from, in messages, and what failures there mean. */
export interface Origin {
  /** As in 'could not be read from the hub'. */
  readonly name: string;
  /** The variable that chooses another endpoint. */
  readonly variable: string;
  /** Whether files may lie at other origins, where redirects lead to. */
  readonly isRedirected: boolean;
  /** What can be done although nothing may be asked for; a sentence. */
  readonly offline: string;
  /** Of a status that is not tried again. */
  errorOf(
    response: Response,
    subject: Subject,
    environment: Pick<HubEnvironment, 'endpoint' | 'token' | 'tokenFrom'>,
  ): UserError;
}

export const HUB: Origin = {
  name: 'the hub',
  variable: 'HF_ENDPOINT',
  isRedirected: true,
  offline: 'Models in the cache can still be opened.',
  errorOf,
};

export function transientOf(
  { name }: Origin,
  { what }: Subject,
  why: string,
  afterMs?: number,
): TransientError {
  return new TransientError(`${what} could not be read from ${name}: ${why}`, afterMs);
}

/** Of an answer that is none. */
export function answerError(
  origin: Origin,
  response: Response,
  subject: Subject,
  environment: Pick<HubEnvironment, 'endpoint' | 'token' | 'tokenFrom'>,
): Error {
  const { status, headers } = response;
  if (status === 429 || status === 408 || status >= 500) {
    const afterMs = retryAfter(headers.get('retry-after'));
    return transientOf(origin, subject, `it answers ${status}`, afterMs);
  }
  return origin.errorOf(response, subject, environment);
}

/** By the header `X-Error-Code`, else by the status. */
function errorOf(
  { status, headers }: Response,
  subject: Subject,
  environment: Pick<HubEnvironment, 'endpoint' | 'token' | 'tokenFrom'>,
): UserError {
  const { what, repository = what, revision, file } = subject;
  const { endpoint, token, tokenFrom } = environment;
  const code = headers.get('x-error-code');
  if (code === 'GatedRepo') return gatedError(repository, environment);
  if (code === 'RepoNotFound') return missingError(repository, environment);
  if (code === 'RevisionNotFound')
    return new UserError(
      `${repository} has no revision "${revision}". See ${endpoint}/${repository}.`,
    );
  if (code === 'EntryNotFound')
    return new UserError(`${repository} has no file ${file} at its revision ${revision}.`);
  if (status === 401 && token)
    return new UserError(
      `The hub rejects the token in ${tokenFrom}. Create a new one at ${endpoint}/settings/tokens.`,
    );
  if (status === 401 || status === 404) return missingError(repository, environment);
  const words = headers.get('x-error-message');
  return new UserError(
    `${what} could not be read from the hub: it answers ${status}${words ? ` (${words.slice(0, 200)})` : ''}.`,
  );
}

/** Its owner lets those read it who accept terms. */
export function gatedError(
  repository: string,
  { endpoint, token }: Pick<HubEnvironment, 'endpoint' | 'token'>,
): UserError {
  const page = `${endpoint}/${repository}`;
  return new UserError(
    token
      ? `${repository} is gated, and the account of your token has no access. Accept its terms at ${page}, and allow the token to read gated repositories.`
      : `${repository} is gated. Accept its terms at ${page}, then log in with \`hf auth login\` or set HF_TOKEN to a token of that account.`,
  );
}

function missingError(
  repository: string,
  { endpoint, token }: Pick<HubEnvironment, 'endpoint' | 'token'>,
): UserError {
  const needs = token ? 'needs a token of an account that may read it' : 'needs HF_TOKEN';
  return new UserError(
    `${endpoint} has no ${repository}, or it is private. Check the name; a private repository ${needs}.`,
  );
}
