// A bucket of Neuronpedia on loopback: its list, part by part, and its files, with the faults of a fake hub.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Fault, Seen } from './fakeHub';
import { startHub } from './hubClient';

export const SOURCE = 'gpt2-small/8-res-jb';

/** A line as its exports have it. */
export function explanation(index: number, description: string, layer = '8-res-jb'): string {
  const line = { id: `x${index}`, modelId: 'gpt2-small', layer, index: String(index), description };
  const more = { typeName: 'oai_token-act-pair', explanationModelName: 'gpt-3.5-turbo' };
  return JSON.stringify({ ...line, ...more, embedding: [0.125, -0.5] });
}

export const batch = (...lines: string[]): Uint8Array => gzipSync(`${lines.join('\n')}\n`);

export interface FakeBucket {
  /** By their paths. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** In a part of the list. */
  readonly listed?: number;
  readonly fault?: (seen: Seen) => Fault | undefined;
  /** Changes the list. */
  readonly edit?: (xml: string) => string;
}

/** Closed after the test. */
export async function startNeuronpedia({
  files,
  listed = 2,
  fault,
  edit = xml => xml,
}: FakeBucket) {
  const server = await startHub();
  server.fault = seen => {
    const found = fault?.(seen);
    if (found?.status !== undefined || found?.body !== undefined || found?.isCut) return found;
    const query = /^\/\?(.*)$/.exec(seen.path)?.[1];
    const body =
      query === undefined ? files[seen.path.slice(1)] : edit(listOf(files, listed, query));
    return body === undefined ? { status: 404 } : { ...found, body };
  };
  return server;
}

function listOf(files: FakeBucket['files'], most: number, query: string): string {
  const wanted = new URLSearchParams(query);
  const prefix = wanted.get('prefix') ?? '';
  const first = Number(wanted.get('continuation-token') ?? 0);
  const all = Object.keys(files).filter(key => key.startsWith(prefix));
  const contents = all.slice(first, first + most).map(key => {
    const md5 = createHash('md5').update(files[key]!).digest('hex');
    return `<Contents><Key>${key}</Key><LastModified>2025-01-01T00:00:00.000Z</LastModified><ETag>&quot;${md5}&quot;</ETag><Size>${files[key]!.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  });
  const isCut = first + most < all.length;
  const next = isCut ? `<NextContinuationToken>${first + most}</NextContinuationToken>` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>neuronpedia-datasets</Name><Prefix>${prefix}</Prefix>${next}<KeyCount>${contents.length}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>${isCut}</IsTruncated>${contents.join('')}</ListBucketResult>`;
}
