// Which explanations Neuronpedia has of an autoencoder's features: the bucket's list of
// `v1/MODEL/SOURCE/explanations/batch-N.jsonl.gz`. Some have several folders, of other explaining models.
import { UserError } from '../../core/errors';
import { neuronpediaName } from '../../core/sae/neuronpedia';
import type { HubClient } from '../hubClient';
import type { Checksum } from '../repository';

export interface ExplanationFile {
  /** Its path in the bucket. */
  readonly key: string;
  readonly bytes: number;
  readonly checksum: Checksum;
}

export interface Explanations {
  /** `model/source`. */
  readonly name: string;
  /** `explanations`, or `explanations-` and an explaining model's name. */
  readonly folder: string;
  readonly files: readonly ExplanationFile[];
  readonly bytes: number;
}

/** A list has a thousand files; autoencoders of a million features have some four thousand batches. */
const MOST_LISTS = 50;

/** One for each folder, in order. Throws `UserError` where there are none. */
export async function findExplanations(
  client: HubClient,
  name: string,
  signal?: AbortSignal,
): Promise<Explanations[]> {
  if (neuronpediaName(name) !== name)
    throw new UserError(`"${name}" is not a Neuronpedia name. Write it as gpt2-small/8-res-jb.`);
  const prefix = `v1/${name}/explanations`;
  const folders = new Map<string, ExplanationFile[]>();
  let next: string | undefined = '';
  for (let lists = 0; next !== undefined; lists++) {
    if (lists === MOST_LISTS) throw new UserError(`Neuronpedia’s list of ${name} has no end.`);
    const list: FileList = await listFiles(client, name, prefix, next, signal);
    for (const file of list.files) {
      const [, folder] = BATCH.exec(file.key.slice(`v1/${name}/`.length)) ?? [];
      if (folder === undefined || !file.key.startsWith(prefix)) continue;
      folders.set(folder, [...(folders.get(folder) ?? []), file]);
    }
    next = list.next;
  }
  if (folders.size === 0)
    throw new UserError(
      `Neuronpedia has no explanations for ${name} at ${client.environment.endpoint}. Check the name on www.neuronpedia.org.`,
    );
  return [...folders].map(([folder, files]) => {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return { name, folder, files, bytes };
  });
}

const BATCH = /^(explanations[\w.-]{0,100})\/batch-\d{1,9}\.jsonl(?:\.gz)?$/;

interface FileList {
  readonly files: readonly ExplanationFile[];
  /** Of the list that follows; undefined of the last. */
  readonly next: string | undefined;
}

/** S3's ListObjectsV2. */
async function listFiles(
  client: HubClient,
  name: string,
  prefix: string,
  after: string,
  signal: AbortSignal | undefined,
): Promise<FileList> {
  const query = new URLSearchParams({ 'list-type': '2', prefix });
  if (after) query.set('continuation-token', after);
  const subject = { what: `the list of explanations of ${name}` };
  const request = { path: `/?${query}`, signal, subject };
  const text = await client.text(request);
  if (!/<ListBucketResult[\s>]/.test(text))
    throw client.notRead(request, 'it is not a list of files');
  const files = [...text.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, each]) => {
    const bytes = Number(fieldOf(each!, 'Size') ?? NaN);
    // Of a file that was written at once; these have some hundreds of kilobytes.
    const [, hex] = /^"?([0-9a-f]{32})"?$/.exec(fieldOf(each!, 'ETag') ?? '') ?? [];
    if (!Number.isSafeInteger(bytes) || bytes < 0 || hex === undefined)
      throw client.notRead(request, 'it says no size or no checksum of a file');
    return { key: fieldOf(each!, 'Key') ?? '', bytes, checksum: { kind: 'md5' as const, hex } };
  });
  const isCut = fieldOf(text, 'IsTruncated') === 'true';
  return { files, next: isCut ? fieldOf(text, 'NextContinuationToken') : undefined };
}

/** The text of an element that has no others in it. */
function fieldOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(quot|apos|lt|gt|amp);/g, (_, entity: string) => ENTITIES[entity]!);
}

const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  amp: '&',
};
