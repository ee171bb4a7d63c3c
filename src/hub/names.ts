// Names that become paths of the cache. They come from users and from servers: nothing may lead out of its folder.
import { UserError } from '../core/errors';
import { quote } from '../core/json';

const MOST_CHARACTERS = 1000;
const MOST_IN_PART = 255;
/** Of Windows, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Throws `UserError` unless it is `name` or `owner/name` as the hub has them. */
export function checkRepositoryName(name: string): void {
  const isKnown = /^[A-Za-z0-9_][\w.-]*(\/[A-Za-z0-9_][\w.-]*)?$/.test(name);
  if (isKnown && name.length <= 96 && !/--|\.\.|\.git$|\.$/.test(name)) return;
  throw new UserError(
    `${quote(name)} is not a repository name. Write it as HuggingFaceTB/SmolLM2-135M.`,
  );
}

/** `owner/name` of what people write and paste: with `hf:` before it, or the address of its page. */
export function repositoryNameOf(text: string, endpoint: string): string {
  const name = text.trim().replace(/^hf:/, '');
  if (!name.startsWith(`${endpoint}/`)) return name;
  return name.slice(endpoint.length + 1).replace(/[?#].*$|\/+$|\/(tree|blob|resolve)\/.*$/g, '');
}

/** Whether it stays below the folder that it is joined to, on every system. */
export function isSafePath(path: string): boolean {
  const parts = path.split('/');
  return path.length <= MOST_CHARACTERS && parts.every(isSafePart);
}

function isSafePart(part: string): boolean {
  if (part === '' || part.length > MOST_IN_PART || DEVICE.test(part)) return false;
  // Windows drops dots and blanks at an end, so that '. .' is its '..'.
  return !/[\\:*?"<>|\p{Cc}]|[. ]$/u.test(part);
}

/** Throws `UserError` where a branch, a tag or a commit cannot be one. */
export function checkRevision(revision: string): void {
  if (isSafePath(revision)) return;
  throw new UserError(`${quote(revision)} is not a valid branch, tag or commit.`);
}
