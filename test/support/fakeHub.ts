// A hub on loopback, with the answers of the real one, that fails in the ways that a test names.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const COMMIT = 'c0ffee'.padEnd(40, '0');

export interface FakeFile {
  readonly content: Uint8Array;
  /** In Git LFS, as large files are: with a SHA-256. */
  readonly isLarge?: boolean;
  /** What the list says in place of the truth. */
  readonly listed?: { readonly size?: unknown; readonly hash?: unknown };
}

export interface FakeRepository {
  readonly files: Readonly<Record<string, FakeFile>>;
  /** More keys of the list. */
  readonly info?: object;
}

export interface Seen {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** What goes wrong with an answer. */
export interface Fault {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is cut before anything is sent. */
  readonly isCut?: boolean;
  /** Bytes of the body before it waits for ever, or for `cut`. */
  readonly stopAfter?: number;
  readonly ignoresRange?: boolean;
  /** The part that is sent begins there, whatever was asked for. */
  readonly sendsFrom?: number;
  /** In place of the content. */
  readonly body?: string | Uint8Array;
  /** Without a length: the body ends with the connection. */
  readonly hidesLength?: boolean;
}

export class FakeHub {
  readonly seen: Seen[] = [];
  /** Of each request in turn. */
  fault: (seen: Seen) => Fault | undefined = () => undefined;
  private readonly server: Server;
  private readonly stopped: ServerResponse[] = [];

  private constructor(readonly repositories: Readonly<Record<string, FakeRepository>>) {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  /** `port`: 0 for any that is free. */
  static async start(
    repositories: Readonly<Record<string, FakeRepository>>,
    port = 0,
  ): Promise<FakeHub> {
    const hub = new FakeHub(repositories);
    await new Promise<void>((resolve, reject) => {
      hub.server.once('error', reject);
      hub.server.listen(port, '127.0.0.1', resolve);
    });
    return hub;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Paths of files that were asked for, in order. */
  get asked(): string[] {
    return this.seen.flatMap(({ path }) => /\/resolve\/[^/]+\/(.*)$/.exec(path)?.[1] ?? []);
  }

  /** Cuts the connections of answers that wait. */
  cut(): void {
    for (const response of this.stopped.splice(0)) response.destroy();
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { range, authorization } = request.headers;
    const seen = { path: decodeURIComponent(request.url ?? ''), range, authorization };
    this.seen.push(seen);
    const fault = this.fault(seen) ?? {};
    if (fault.isCut) {
      response.destroy();
      return;
    }
    if (fault.stopAfter !== undefined) this.stopped.push(response);
    if (fault.status !== undefined) {
      response.writeHead(fault.status, fault.headers);
      response.end(fault.body ?? '');
      return;
    }
    const found = fault.body ?? this.bodyOf(seen.path);
    if (found === undefined) {
      const isFile = seen.path.includes('/resolve/');
      response.writeHead(404, { 'x-error-code': isFile ? 'EntryNotFound' : 'RepoNotFound' });
      response.end();
      return;
    }
    send(response, Buffer.from(found as Uint8Array), range, fault);
  }

  private bodyOf(path: string): string | Uint8Array | undefined {
    if (path.startsWith('/api/models?')) {
      const words = new URLSearchParams(path.split('?')[1]).get('search') ?? '';
      const names = Object.keys(this.repositories).filter(name => name.includes(words));
      const tags = ['safetensors', 'license:mit'];
      return JSON.stringify(names.map(id => ({ id, downloads: 1234, tags, gated: false })));
    }
    const [, name = ''] = /^\/(?:api\/models\/)?(.+?)\/(?:revision|resolve)\//.exec(path) ?? [];
    const repository = this.repositories[name];
    if (!repository) return undefined;
    if (path.startsWith('/api/')) return JSON.stringify(listing(name, repository));
    return repository.files[/\/resolve\/[^/]+\/(.*)$/.exec(path)?.[1] ?? '']?.content;
  }
}

function listing(id: string, { files, info }: FakeRepository): object {
  const siblings = Object.entries(files).map(([rfilename, { content, isLarge, listed }]) => {
    const size = listed && 'size' in listed ? listed.size : content.length;
    const hash = listed && 'hash' in listed ? listed.hash : hashOf(content, isLarge);
    return {
      rfilename,
      size,
      ...(isLarge ? { blobId: 'f'.repeat(40), lfs: { sha256: hash, size } } : { blobId: hash }),
    };
  });
  return { id, sha: COMMIT, gated: false, cardData: { license: 'apache-2.0' }, siblings, ...info };
}

/** The name of its blob. */
export function hashOf(content: Uint8Array, isLarge = false): string {
  if (isLarge) return createHash('sha256').update(content).digest('hex');
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

function send(
  response: ServerResponse,
  content: Buffer,
  range: string | undefined,
  fault: Fault,
): void {
  const asked = fault.ignoresRange ? 0 : Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  const start = fault.sendsFrom ?? asked;
  const isPart = start > 0 || fault.sendsFrom !== undefined;
  if (start > 0 && start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` });
    response.end();
    return;
  }
  const body = content.subarray(start);
  response.writeHead(isPart ? 206 : 200, {
    ...(!fault.hidesLength && { 'content-length': String(body.length) }),
    ...(isPart && {
      'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
    }),
    ...fault.headers,
  });
  const { stopAfter = body.length } = fault;
  if (stopAfter < body.length) response.write(body.subarray(0, stopAfter));
  else response.end(body);
}
