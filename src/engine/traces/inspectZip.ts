// Inspect's `.eval` logs: a zip with a JSON file for each sample.
import { readTraces, type TraceReading } from '../../core/traces/readTraces';
import { HEADER_ALONE } from '../../core/traces/formats/harnesses';
import type { Trace } from '../../core/traces/trace';
import { UserError } from '../../core/errors';
import { messageLine } from '../../core/messageLine';
import type { ByteSource } from '../files/byteSource';
import { readCutZip } from '../files/cutZip';
import { decodeText } from '../files/utf8Text';
import {
  NoDirectoryError,
  readZipEntries,
  readZipEntry,
  ZipError,
  type ZipEntry,
} from '../files/zip';

/** An entry that holds one sample. */
const SAMPLE = /^samples\/.*\.json$/;
/** A text of more, with its traces, would take gigabytes. */
const MOST_BYTES = 256 << 20;
const TOO_LARGE = `it has more than ${MOST_BYTES >> 20} MB, which is not read`;
const HEADER = /^(?:header\.json|_journal\/)/;

/** Samples that cannot be unpacked are problems of the file. Throws `UserError` if it is no zip. */
export function openInspectZip(name: string, source: ByteSource): TraceReading {
  const problems: string[] = [];
  const entries = entriesOf(name, source, problems);
  const samples = entries.filter(entry => SAMPLE.test(entry.name));
  samples.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  if (samples.length === 0 && problems.length === 0) {
    const isLog = entries.some(entry => HEADER.test(entry.name));
    problems.push(
      isLog ? `It ${HEADER_ALONE}.` : 'Its zip has no samples/*.json, as Inspect logs have.',
    );
  }
  return {
    traces: tracesOf(source, samples, problems),
    summary: () => ({ format: 'Inspect log', problems: problems.map(messageLine) }),
  };
}

function* tracesOf(
  source: ByteSource,
  samples: readonly ZipEntry[],
  problems: string[],
): Generator<Trace> {
  for (const entry of samples) {
    try {
      if (entry.size > MOST_BYTES) throw new ZipError(TOO_LARGE);
      const found = readTraces(decodeText(entry.name, readZipEntry(source, entry)));
      for (const problem of found.problems) problems.push(`${entry.name}: ${problem}`);
      // A place inside the zip cannot be shown in an editor.
      for (const trace of found.traces) yield { ...trace, parts: [] };
    } catch (error) {
      if (!(error instanceof ZipError || error instanceof UserError)) throw error;
      problems.push(`${entry.name}: ${error.message.replace(/\.$/, '')}.`);
    }
  }
}

function entriesOf(name: string, source: ByteSource, problems: string[]): readonly ZipEntry[] {
  try {
    return readZipEntries(source);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    if (!(error instanceof NoDirectoryError)) {
      throw new UserError(`${name} cannot be unpacked: ${error.message}.`);
    }
    const { entries, cut } = readCutZip(source);
    const count = entries.filter(entry => SAMPLE.test(entry.name)).length;
    const where = cut === undefined ? 'before its directory' : `inside ${cut}`;
    const samples = count === 1 ? 'sample is' : 'samples are';
    problems.push(`The archive is truncated ${where}: ${count} ${samples} whole.`);
    return entries;
  }
}
