// The traces of a file's bytes: text and JSON as they are, Inspect's `.eval` out of its zip.
import { Unzip, UnzipInflate, UnzipPassThrough, type UnzipDecoder } from 'fflate';
import { Decompress } from 'fzstd';
import { readTraces } from '../../core/traces/readTraces';
import type { Trace, TraceFile } from '../../core/traces/trace';
import { firstInvalidUtf8 } from '../../core/text/utf8';
import { UserError } from '../../core/errors';

const ZIP = [0x50, 0x4b, 0x03, 0x04];
/** Each sample of an Inspect log is a file of its own. */
const SAMPLE = /^samples\/.*\.json$/;

/** Throws `UserError` where the file holds no trace. */
export function readTraceFile(name: string, bytes: Uint8Array): TraceFile {
  const found = ZIP.every((byte, i) => bytes[i] === byte)
    ? readZip(name, bytes)
    : readTraces(decoded(name, bytes));
  if (found.traces.length === 0) {
    throw new UserError(
      `${name} holds no reasoning trace. ${found.problems[0] ?? ''} The README lists the formats that are read.`,
    );
  }
  return found;
}

function decoded(name: string, bytes: Uint8Array): string {
  const at = firstInvalidUtf8(bytes);
  if (at < 0) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  throw new UserError(`${name} is no text in UTF-8: byte ${at} is the first that is not.`);
}

function readZip(name: string, bytes: Uint8Array): TraceFile {
  const files: { name: string; text: string }[] = [];
  const problems: string[] = [];
  try {
    for (const entry of samplesIn(bytes)) {
      if (typeof entry.content === 'string') problems.push(`${entry.name}: ${entry.content}.`);
      else files.push({ name: entry.name, text: decoded(entry.name, entry.content) });
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name} cannot be unpacked: ${(error as Error).message}.`);
  }
  files.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const traces = files.flatMap(({ text, name }): Trace[] => {
    const found = readTraces(text);
    problems.push(...found.problems.map(problem => `${name}: ${problem}`));
    // Where a sample stands in the zip can be shown to nobody.
    return found.traces.map(trace => ({ ...trace, parts: [] }));
  });
  if (files.length === 0 && problems.length === 0)
    problems.push('Its zip has no samples/*.json, as Inspect logs have.');
  return { format: 'Inspect log', traces, problems };
}

/** What each sample unpacks to, or why it cannot be. */
function samplesIn(bytes: Uint8Array): { name: string; content: Uint8Array | string }[] {
  const found: { name: string; content: Uint8Array | string }[] = [];
  const unzip = new Unzip(file => {
    if (!SAMPLE.test(file.name)) return;
    const chunks: Uint8Array[] = [];
    file.ondata = (error, chunk, final) => {
      if (error) found.push({ name: file.name, content: error.message });
      else chunks.push(chunk);
      if (!error && final) found.push({ name: file.name, content: Buffer.concat(chunks) });
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  unzip.register(UnzipPassThrough);
  unzip.register(UnzipZstd);
  unzip.push(bytes, true);
  return found;
}

/** Zip's method 93, which Inspect writes since 0.3.206. */
class UnzipZstd implements UnzipDecoder {
  static readonly compression = 93;
  ondata!: UnzipDecoder['ondata'];
  readonly #stream = new Decompress((chunk, final) =>
    this.ondata(null, Uint8Array.from(chunk), final ?? false),
  );

  push(data: Uint8Array, final: boolean): void {
    try {
      this.#stream.push(data, final);
    } catch (error) {
      this.ondata(error as Error & { code: number }, new Uint8Array(), final);
    }
  }
}
