// The variables that the tools of the Hugging Face hub share, with their meanings there: huggingface_hub's
// `constants.py`.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../core/errors';
import { reasonOf } from '../core/fileReason';

export interface HubEnvironment {
  /** Without a slash at its end. */
  readonly endpoint: string;
  /** Sent to the endpoint's origin alone. */
  readonly token: string | undefined;
  /** The variable or the file that it was read from, for messages. */
  readonly tokenFrom?: string | undefined;
  /** The folder that all tools keep their downloads in; it need not exist. */
  readonly cacheFolder: string;
  /** Nothing may be asked for. */
  readonly isOffline: boolean;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** Throws `UserError` that names the variable. `home`: the user's folder. */
export function readEnvironment(
  variables: Variables = process.env,
  home = homedir(),
): HubEnvironment {
  return {
    endpoint: endpointOf('HF_ENDPOINT', variables.HF_ENDPOINT, 'https://huggingface.co'),
    ...(isOn(variables.HF_HUB_DISABLE_IMPLICIT_TOKEN)
      ? { token: undefined }
      : tokenOf(variables, home)),
    cacheFolder: cacheFolderOf(variables, home),
    isOffline: isOffline(variables),
  };
}

export function isOffline({ HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE }: Variables): boolean {
  return isOn(HF_HUB_OFFLINE) || isOn(TRANSFORMERS_OFFLINE);
}

/** The folder of the download cache. */
export function cacheFolderOf(variables: Variables = process.env, home = homedir()): string {
  const named = variables.HF_HUB_CACHE || variables.HUGGINGFACE_HUB_CACHE;
  return named ? expanded(named, home) : join(hubHome(variables, home), 'hub');
}

function hubHome({ HF_HOME, XDG_CACHE_HOME }: Variables, home: string): string {
  if (HF_HOME) return expanded(HF_HOME, home);
  const caches = XDG_CACHE_HOME ? expanded(XDG_CACHE_HOME, home) : join(home, '.cache');
  return join(caches, 'huggingface');
}

function expanded(path: string, home: string): string {
  return path.replace(/^~(?=$|[/\\])/, () => home);
}

const isOn = (value: string | undefined) => /^(1|on|yes|true)$/i.test(value ?? '');

/** Without a slash at its end. Throws `UserError` that names the variable. */
export function endpointOf(variable: string, named: string | undefined, usual: string): string {
  const text = (named || usual).replace(/\/+$/, '');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // A name or a password in an address would be part of messages.
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash)
    return text;
  throw new UserError(
    `${variable} is not a URL. Set it to a URL such as ${usual}, or unset it to use that one.`,
  );
}

/** The second is an older name of the first, which huggingface_hub reads, too. */
const TOKEN_VARIABLES = ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'];

function tokenOf(variables: Variables, home: string): Pick<HubEnvironment, 'token' | 'tokenFrom'> {
  const path = variables.HF_TOKEN_PATH
    ? expanded(variables.HF_TOKEN_PATH, home)
    : join(hubHome(variables, home), 'token');
  const variable = TOKEN_VARIABLES.find(name => variables[name]);
  const token = ((variable && variables[variable]) || readToken(path)).trim();
  if (token === '') return { token: undefined };
  const tokenFrom = variable ?? path;
  if (/^[\x21-\x7e]+$/.test(token)) return { token, tokenFrom };
  throw new UserError(
    `The token in ${tokenFrom} contains invalid characters. Create a new token on the hub, under Access Tokens.`,
  );
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    throw new UserError(`The token in ${path} cannot be read: ${reasonOf(error)}.`);
  }
}
