// What the steps of known sequences do (splitStep.ts).
import {
  LETTER_FLAG,
  MARK_FLAG,
  PUNCTUATION_FLAG,
  SYMBOL_FLAG,
  categories,
} from '../unicode/categories';
import { LETTER_CLASS, NUMBER_CLASS, SPACE_CLASS, classes } from '../unicode/classes';
import type { Belongs } from '../unicode/ranges';
import { behaviors } from './behavior';
import { DEEPSEEK3_PATTERN, scanLineTails } from './deepseek';
import { scanGpt2 } from './gpt2';
import { escapeLineEnds, isolatedScanOf } from './knownPatterns';
import { runMatch, runShape, type RunShape } from './run';
import { isNewline } from './scan';
import { describedAs, type SplitStep, type StepKind } from './splitStep';

/** What the pattern of a run does where its matches are pieces of their own; undefined for others. */
export function runStepOf(pattern: string): SplitStep | undefined {
  const key = escapeLineEnds(pattern);
  const shape = runShape(key);
  const kind = shape && kindOf(key, shape);
  if (!kind) return undefined;
  const scanOver = ([belongs = shape.belongs]: readonly Belongs[]) =>
    behaviors.get('Isolated')!(runMatch({ ...shape, belongs }));
  const lead = kind === 'spaced run' ? [isSpace] : [];
  return { kind, classes: [shape.belongs, ...lead], scanOver };
}

function kindOf(key: string, { lead, limit }: RunShape): StepKind | undefined {
  if (key === '[\\r\\n]') return 'line end';
  if (key === '\\p{N}{1,3}') return 'digits in threes';
  if (limit < Infinity) return undefined;
  return lead === undefined ? 'run' : lead === '\\s?' ? 'spaced run' : undefined;
}

const ofClass =
  (name: number): Belongs =>
  code =>
    classes[code] === name;
const withFlags =
  (flags: number): Belongs =>
  code =>
    (categories()[code]! & flags) !== 0;
const isSpace = ofClass(SPACE_CLASS);
const isIn =
  (first: string, last: string): Belongs =>
  code =>
    code >= first.charCodeAt(0) && code <= last.charCodeAt(0);

describedAs(scanGpt2, {
  kind: 'GPT-2',
  classes: [ofClass(LETTER_CLASS), ofClass(NUMBER_CLASS), isSpace],
});
describedAs(scanLineTails, { kind: 'line tail', classes: [isSpace] });
describedAs(isolatedScanOf(DEEPSEEK3_PATTERN)!, {
  kind: 'DeepSeek 3',
  classes: [
    withFlags(LETTER_FLAG),
    withFlags(MARK_FLAG),
    withFlags(PUNCTUATION_FLAG | SYMBOL_FLAG),
    isSpace,
    // Its named signs are all of ASCII, and so are the letters after them. It sees no difference between numbers.
    code => isIn('!', '~')(code) && classes[code] !== NUMBER_CLASS,
    isNewline,
  ],
});
