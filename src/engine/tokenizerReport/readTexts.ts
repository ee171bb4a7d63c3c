// The texts of a report from files, each read twice in parts: first to see that all of it is text.
import { statSync } from 'node:fs';
import { UserError } from '../../core/errors';
import { LARGEST_TEXT, NO_TEXT, reasonToSkip } from '../../core/text/textFiles';
import type { ReportText } from '../../core/tokenizerReport/makeReport';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { FileError } from '../files/regularFile';
import { FileSource } from '../files/fileSource';
import { textParts } from '../files/textParts';
import type { ReportFile } from '../../protocol/tokenizerReport';

const PART_BYTES = 1 << 20;

/** A file of any length is read where every tokenizer knows places to cut it; else it must fit as a whole. */
export function* readTexts(
  files: readonly ReportFile[],
  tokenizers: readonly Tokenizer[],
): Generator<ReportText> {
  const canCut = tokenizers.every(({ boundaries }) => boundaries !== undefined);
  for (const each of files) {
    const { path } = each;
    if ('reason' in each) {
      yield each;
      continue;
    }
    if ('text' in each) {
      yield { path, parts: [each.text] };
      continue;
    }
    let source: FileSource | undefined;
    try {
      source = new FileSource(each.file, true);
      const reason = reasonToSkip(path, 0) || (isText(path, source) ? '' : NO_TEXT);
      const isLong = source.size > LARGEST_TEXT && !canCut;
      if (reason) yield { path, reason };
      else if (isLong) yield { path, reason: TOO_LONG };
      else {
        const parts = textParts(path, source, PART_BYTES);
        yield { path, parts: each.withoutMark ? afterMark(parts) : parts };
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      yield { path, reason: `cannot be read: ${error.reason}` };
    } finally {
      source?.close();
    }
  }
}

const TOO_LONG = `larger than ${LARGEST_TEXT >> 20} MB, and this tokenizer cannot process a text in parts`;

function* afterMark(parts: Iterable<string>): Generator<string> {
  let isFirst = true;
  for (const part of parts) {
    yield isFirst ? part.replace(/^\ufeff/, '') : part;
    isFirst = false;
  }
}

/** Whether all of it is UTF-8 without NUL, as `countOfBytes` asks. */
function isText(path: string, source: FileSource): boolean {
  try {
    for (const part of textParts(path, source, PART_BYTES)) if (part.includes('\0')) return false;
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** Bytes of all files, as far as they are known: what progress is a share of. */
export function bytesOf(files: readonly ReportFile[]): number {
  return files.reduce((sum, each) => sum + sizeOf(each), 0);
}

function sizeOf(each: ReportFile): number {
  if ('text' in each) return each.text.length;
  if ('reason' in each) return 0;
  try {
    return statSync(each.file).size;
  } catch {
    // It is named with the reason when it is read.
    return 0;
  }
}
