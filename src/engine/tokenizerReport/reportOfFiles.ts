// A report of files by tokenizers of this machine.
import { makeReport } from '../../core/tokenizerReport/makeReport';
import type { Report } from '../../core/tokenizerReport/report';
import { sectionKinds } from '../../core/tokenizerReport/sections/sections';
import { sectionWords } from '../../core/tokenizerReport/sections/sectionWords';
import type { ReportingEvent, ReportParams } from '../../protocol/tokenizerReport';
import type { OpenTokenizer } from '../models/openTokenizer';
import { openHighs } from './highs';
import { bytesOf, readTexts } from './readTexts';

export async function reportOfFiles(
  { source, files, options }: ReportParams,
  opened: readonly OpenTokenizer[],
  report: (event: ReportingEvent) => void,
): Promise<Report> {
  const tokenizers = opened.map(({ tokenizer, info }) => ({
    tokenizer,
    name: info.name,
    kind: info.tokenizer,
    vocabSize: info.vocabSize,
  }));
  const all = bytesOf(files);
  const texts = readTexts(
    files,
    tokenizers.map(({ tokenizer }) => tokenizer),
  );
  const solve = options.sections?.includes('mixture') ? await openHighs() : undefined;
  return makeReport({ tokenizers, source, texts, options, solve }, sectionKinds, sectionWords, {
    onText: (path, bytes) => report({ doing: path, share: Math.min(1, bytes / all) }),
    onSection: (doing, share) => report({ doing, share }),
  });
}
