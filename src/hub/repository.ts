// What the hub says of a repository: `GET /api/models/NAME/revision/REVISION?blobs=true`.
import { UserError } from '../core/errors';
import { asNumber, asObjects, asString, isObject, quote, type Json } from '../core/json';
import type { HubClient } from './hubClient';
import { checkRepositoryName, checkRevision } from './names';

const MOST_FILES = 50_000;

export interface HubFile {
  /** Its path in the repository, as the server has it: not yet checked. */
  readonly name: string;
  /** Undefined where the server does not say it. */
  readonly bytes: number | undefined;
  /** Also the name of its blob in the cache. */
  readonly checksum: Checksum | undefined;
}

export interface Checksum {
  /** `git`: SHA-1 of "blob LENGTH\0" and the content. */
  readonly kind: 'sha256' | 'git' | 'md5';
  /** Lower-case. */
  readonly hex: string;
}

export interface Repository {
  readonly name: string;
  /** What was asked for: a branch, a tag or a commit. */
  readonly revision: string;
  readonly commit: string;
  /** In words: 'apache-2.0', 'gemma (https://…)', 'not given'. */
  readonly licence: string;
  /** Its terms have to be accepted. */
  readonly isGated: boolean;
  readonly files: readonly HubFile[];
}

/** Throws `UserError`. */
export async function readRepository(
  client: HubClient,
  name: string,
  revision = 'main',
  signal?: AbortSignal,
): Promise<Repository> {
  checkRepositoryName(name);
  checkRevision(revision);
  const path = `/api/models/${name}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const subject = { what: name, repository: name, revision };
  const info = await client.json({ path, signal, subject });
  const commit = isObject(info) ? asString(info.sha) : undefined;
  if (!isObject(info) || !commit || !/^[0-9a-f]{40}$/.test(commit))
    throw new UserError(
      `${client.environment.endpoint} does not answer like a Hugging Face hub about ${name}. Check HF_ENDPOINT.`,
    );
  const siblings = asObjects(info.siblings);
  if (siblings.length > MOST_FILES)
    throw new UserError(`${name} has ${siblings.length} files; the limit is ${MOST_FILES}.`);
  return {
    name,
    revision,
    commit,
    licence: licenceOf(isObject(info.cardData) ? info.cardData : {}),
    isGated: info.gated !== undefined && info.gated !== false,
    files: siblings.flatMap(fileOf),
  };
}

function fileOf({ rfilename, size, lfs, blobId }: Json): HubFile[] {
  const name = asString(rfilename);
  if (name === undefined) return [];
  const own = isObject(lfs) ? lfs : undefined;
  const bytes = asNumber(own?.size ?? size);
  return [{ name, bytes: isLength(bytes) ? bytes : undefined, checksum: checksumOf(own, blobId) }];
}

const isLength = (bytes: number | undefined) => Number.isSafeInteger(bytes) && bytes! >= 0;

function checksumOf(lfs: Json | undefined, blobId: unknown): Checksum | undefined {
  const hex = asString(lfs ? lfs.sha256 : blobId) ?? '';
  if (lfs && /^[0-9a-f]{64}$/.test(hex)) return { kind: 'sha256', hex };
  if (!lfs && /^[0-9a-f]{40}$/.test(hex)) return { kind: 'git', hex };
  return undefined;
}

/** `license: other` has its name and a link beside it. */
function licenceOf({ license, license_name, license_link }: Json): string {
  const all = (Array.isArray(license) ? license : [license]).filter(each => asString(each));
  const name = all.length === 1 && all[0] === 'other' ? (asString(license_name) ?? 'other') : '';
  const words = name || all.join(', ') || 'not given';
  const link = asString(license_link);
  return link ? `${quoted(words)} (${quoted(link)})` : quoted(words);
}

/** Somebody else's text, of a length that a line has room for. */
const quoted = (text: string) => (text.length > 100 ? quote(text) : text);
