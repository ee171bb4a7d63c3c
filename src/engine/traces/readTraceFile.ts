// The traces of a file's bytes: text and JSON as they are, Inspect's `.eval` unpacked from its zip.
import { readTraces } from '../../core/traces/readTraces';
import type { Trace, TraceFile } from '../../core/traces/trace';
import { firstInvalidUtf8 } from '../../core/text/utf8';
import { UserError } from '../../core/errors';
import { bytesSource, type ByteSource } from '../files/byteSource';
import { readZipEntries, readZipEntry, ZipError, type ZipEntry } from '../files/zip';

const ZIP = [0x50, 0x4b, 0x03, 0x04];
/** An entry of an Inspect log's zip that holds one sample. */
const SAMPLE = /^samples\/.*\.json$/;

/** Throws `UserError` if the file holds no trace. */
export function readTraceFile(name: string, bytes: Uint8Array): TraceFile {
  const found = ZIP.every((byte, i) => bytes[i] === byte)
    ? readZip(name, bytes)
    : readTraces(decoded(name, bytes));
  if (found.traces.length === 0) {
    throw new UserError(
      `${name} holds no reasoning trace. ${found.problems[0] ?? ''} The documentation (docs/traces.md) lists the formats that are read.`,
    );
  }
  return found;
}

function decoded(name: string, bytes: Uint8Array): string {
  const at = firstInvalidUtf8(bytes);
  if (at < 0) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  throw new UserError(`${name} is no text in UTF-8: byte ${at} is the first that is not.`);
}

/** Samples that cannot be unpacked are problems of the file. Throws `UserError` if it is no whole zip. */
function readZip(name: string, bytes: Uint8Array): TraceFile {
  const source = bytesSource(bytes);
  const files: { name: string; text: string }[] = [];
  const problems: string[] = [];
  for (const entry of samplesIn(name, source)) {
    try {
      files.push({
        name: entry.name,
        text: decoded(entry.name, readZipEntry(source, entry)),
      });
    } catch (error) {
      if (!(error instanceof ZipError)) throw error;
      problems.push(`${entry.name}: ${error.message}.`);
    }
  }
  files.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const traces = files.flatMap(({ text, name }): Trace[] => {
    const found = readTraces(text);
    problems.push(...found.problems.map(problem => `${name}: ${problem}`));
    // A place inside the zip cannot be shown in an editor.
    return found.traces.map(trace => ({ ...trace, parts: [] }));
  });
  if (files.length === 0 && problems.length === 0)
    problems.push('Its zip has no samples/*.json, as Inspect logs have.');
  return { format: 'Inspect log', traces, problems };
}

function samplesIn(name: string, source: ByteSource): ZipEntry[] {
  try {
    return readZipEntries(source).filter(entry => SAMPLE.test(entry.name));
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    throw new UserError(`${name} cannot be unpacked: ${error.message}.`);
  }
}
