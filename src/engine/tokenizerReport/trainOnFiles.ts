// Trains a byte-level BPE on files and writes it as a tokenizer.json.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { UserError } from '../../core/errors';
import { reasonOf } from '../../core/fileReason';
import { cutText } from '../../core/text/stream/cutText';
import { utf8Length } from '../../core/text/utf8';
import { toTokenizerJson } from '../../core/tokenizerReport/measures/trainBpe/tokenizerJson';
import { trainOnWords } from '../../core/tokenizerReport/measures/trainBpe/trainBpe';
import { WordCounts } from '../../core/tokenizerReport/measures/trainBpe/wordCounts';
import { beforeWords } from '../../core/tokenizer/hardBoundary';
import { scanGpt2 } from '../../core/tokenizer/patterns/gpt2';
import type { ReportingEvent, TrainedTokenizer, TrainParams } from '../../protocol/tokenizerReport';
import { bytesOf, readTexts } from './readTexts';

/** UTF-16 units of a long text that are split at once. */
const PART_LENGTH = 1 << 20;

/** Throws `UserError` where there is no text, or the target cannot be written; what is there then stays as it was. */
export function trainOnFiles(
  { files, entries, target }: TrainParams,
  report: (event: ReportingEvent) => void,
): TrainedTokenizer {
  const words = new WordCounts([scanGpt2]);
  const skipped: { path: string; reason: string }[] = [];
  const all = bytesOf(files);
  let [read, bytes] = [0, 0];
  for (const each of readTexts(files, [])) {
    if ('reason' in each) {
      skipped.push(each);
      continue;
    }
    read++;
    // No pretoken crosses such a boundary.
    for (const { text } of cutText(beforeWords, each.parts, PART_LENGTH)) {
      words.add(text);
      bytes += utf8Length(text, 0, text.length);
      report({ doing: each.path, share: Math.min(1, bytes / all) });
    }
  }
  if (bytes === 0) throw new UserError('There is no text to train a tokenizer on.');
  const trained = trainOnWords(words.counts, { vocabSize: entries }, share =>
    report({ doing: 'merging the most frequent pairs', share }),
  );
  writeAside(target, JSON.stringify(toTokenizerJson(trained)));
  return { path: target, entries: trained.tokens.length, files: read, bytes, skipped };
}

function writeAside(target: string, text: string): void {
  const unfinished = `${target}.unfinished`;
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new UserError(`Cannot write ${target}: ${reasonOf(error)}.`);
  }
}
