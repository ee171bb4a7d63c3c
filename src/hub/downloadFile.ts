// Downloads one file into the blobs of the cache: continued where it was cut, and kept under its name only once its
// checksum is right.
import { createHash, type Hash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { UserError } from '../core/errors';
import type { Answer, HubClient, Request } from './hubClient';
import { transientOf, type Origin } from './hubErrors';
import { withLock } from './lockFile';
import { UNFINISHED, type PlannedFile } from './plan';
import { throwIfAborted } from '../network/retrying';

/** Bytes of the file that are on the disk; fewer than before where it is begun anew. */
export type OnBytes = (bytes: number) => void;

/** `blob`: where it is kept. */
export type WantedFile = Pick<PlannedFile, 'bytes' | 'checksum' | 'blob'>;

/** Throws `UserError` where the file cannot be downloaded, `Cancelled`, and errors of the file system. */
export async function downloadFile(
  client: HubClient,
  request: Request,
  file: WantedFile,
  onBytes: OnBytes,
): Promise<void> {
  const { origin } = client;
  const { signal, subject } = request;
  await withLock(`${file.blob}.tokenscope.lock`, subject.what, async () => {
    const unfinished = `${file.blob}${UNFINISHED}`;
    const handle = await open(unfinished, constants.O_RDWR | constants.O_CREAT);
    const begun = new BegunFile(handle, unfinished, file, origin, onBytes);
    try {
      await begun.readWhatIsThere(signal);
      // A second time where what an earlier download left was not the file's.
      for (let isSecond = false; ; isSecond = true) {
        await receive(client, request, begun);
        if (begun.isRight()) break;
        await begun.beginAnew();
        if (isSecond)
          throw new UserError(
            `${subject.what} does not match the checksum of ${origin.name}, even after a second download, and was deleted. Check whether ${origin.variable} or a proxy changes files.`,
          );
      }
      await begun.sync();
    } finally {
      await begun.close();
    }
    await rename(unfinished, file.blob);
  });
}

/** Until all bytes are there. */
async function receive(client: HubClient, request: Request, file: BegunFile): Promise<void> {
  // Not what was received: a server that sends the same part again and again makes no progress.
  let most = file.length;
  await client.retrying(
    async () => {
      if (file.missing === 0) return;
      const headers: Record<string, string> =
        file.length > 0 ? { range: `bytes=${file.length}-` } : {};
      await client.read(
        { ...request, headers },
        async answer => {
          await file.takeStartOf(answer, request);
          for await (const chunk of answer.chunksOf()) {
            throwIfAborted(request.signal);
            await file.append(chunk, request);
            most = Math.max(most, file.length);
          }
        },
        [200, 206, 416],
      );
      if (file.missing > 0)
        throw transientOf(client.origin, request.subject, 'the connection was closed');
    },
    request.signal,
    () => most,
  );
}

/** A file that is written, with the hash of what is there. */
class BegunFile {
  length = 0;
  private hash: Hash;

  constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
    private readonly file: WantedFile,
    private readonly origin: Origin,
    private readonly onBytes: OnBytes,
  ) {
    this.hash = newHash(file);
  }

  get missing(): number {
    return this.file.bytes - this.length;
  }

  async readWhatIsThere(signal: AbortSignal | undefined): Promise<void> {
    for await (const chunk of createReadStream(this.path, { highWaterMark: 1 << 20 })) {
      throwIfAborted(signal);
      this.hash.update(chunk as Buffer);
      this.length += (chunk as Buffer).length;
      if (this.missing < 0) break;
    }
    if (this.missing < 0) await this.beginAnew();
    this.onBytes(this.length);
  }

  /** A server need not know ranges: then all of the file follows, or nothing of it. */
  async takeStartOf({ response }: Answer, { subject }: Request): Promise<void> {
    const { headers } = response;
    const [, from, all] = /^bytes (\d+)-\d+\/(\d+)/.exec(headers.get('content-range') ?? '') ?? [];
    const isPacked = headers.has('content-encoding');
    const length = response.status === 200 && !isPacked ? headers.get('content-length') : all;
    if (length && response.status !== 416 && Number(length) !== this.file.bytes)
      throw new UserError(
        `${subject.what} has ${length} bytes where it is downloaded from, and ${this.file.bytes} by the list of ${this.origin.name}: it is not kept. Try again later, or with ${this.origin.name} itself if ${this.origin.variable} names another.`,
      );
    const isRest = response.status === 206 && (from === undefined || Number(from) === this.length);
    if (isRest && this.length > 0) return;
    await this.beginAnew();
    if (response.status !== 200)
      throw transientOf(this.origin, subject, 'it returned a different part than requested');
  }

  async append(chunk: Uint8Array, { subject }: Request): Promise<void> {
    if (chunk.length > this.missing) {
      await this.beginAnew();
      throw new UserError(
        `${subject.what} is longer than the ${this.file.bytes} bytes that ${this.origin.name} says: it was not kept.`,
      );
    }
    for (let done = 0; done < chunk.length;) {
      const { bytesWritten } = await this.handle.write(
        chunk,
        done,
        chunk.length - done,
        this.length + done,
      );
      done += bytesWritten;
    }
    this.hash.update(chunk);
    this.length += chunk.length;
    this.onBytes(this.length);
  }

  isRight(): boolean {
    return this.hash.copy().digest('hex') === this.file.checksum.hex;
  }

  async beginAnew(): Promise<void> {
    await this.handle.truncate(0);
    this.length = 0;
    this.hash = newHash(this.file);
    this.onBytes(0);
  }

  sync(): Promise<void> {
    return this.handle.sync();
  }

  /** What is empty is not worth keeping. */
  async close(): Promise<void> {
    await this.handle.close();
    if (this.length === 0 && this.file.bytes > 0) await rm(this.path, { force: true });
  }
}

function newHash({ checksum: { kind }, bytes }: WantedFile): Hash {
  if (kind !== 'git') return createHash(kind);
  return createHash('sha1').update(`blob ${bytes}\0`);
}
