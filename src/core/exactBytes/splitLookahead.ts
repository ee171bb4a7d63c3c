// The lookahead of several steps that split a text one after the other, as a lookahead of one scanner that splits as they
// do together. Of each sequence here it was tested that its witnesses suffice.
import type { Scan } from '../tokenizer/patterns/scan';
import { stepOf, type SplitStep, type StepKind } from '../tokenizer/patterns/splitStep';
import type { Belongs } from '../tokenizer/unicode/ranges';
import { CONTRACTION_LETTERS, lookaheadOf, lookaheads, type Lookahead } from './lookahead';

/** Sequences of steps by their kinds, with those that models use them in. */
const SEQUENCES: readonly (readonly StepKind[])[] = [
  // SmolLM, StarCoder, CodeShell
  ['digit', 'GPT-2'],
  // DeepSeek Coder
  ['line end', 'spaced run', 'spaced run', 'run', 'digit'],
  // DeepSeek LLM, V2
  ['line end', 'spaced run', 'spaced run', 'line tail', 'run', 'digit'],
  // DeepSeek V3, R1
  ['digits in threes', 'run', 'DeepSeek 3'],
];

/** For messages. */
export const KNOWN_SEQUENCES = 'Digits with GPT-2, and DeepSeek';

export interface SplitLookahead {
  readonly scan: Scan;
  readonly lookahead: Lookahead;
}

/** Undefined where it is not known. */
export function lookaheadOfSteps(scans: readonly Scan[]): SplitLookahead | undefined {
  const [scan] = scans;
  const single = scans.length === 1 && scan ? lookaheads.get(scan) : undefined;
  if (scan && single) return { scan, lookahead: single };
  const steps = scans.flatMap(each => stepOf(each) ?? []);
  const kinds = steps.map(({ kind }) => kind).join();
  if (steps.length < scans.length || !SEQUENCES.some(each => each.join() === kinds))
    return undefined;
  return isPlain(steps) ? sequenceOf(steps) : undefined;
}

/** Whether no run takes in white space of a line, on which `\s?` and `\s+$` depend. */
function isPlain(steps: readonly SplitStep[]): boolean {
  const runs = steps.filter(({ kind }) => kind === 'run' || kind === 'spaced run');
  return runs.every(({ classes: [own] }) => !LINE_SPACE.some(code => own!(code)));
}

const LINE_SPACE = [0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20];

function sequenceOf(steps: readonly SplitStep[]): SplitLookahead {
  const classes = steps.flatMap(step => step.classes);
  const table = new Uint8Array(CODES);
  /** Keyed by a bit for each class. */
  const signatures = new Map<number, number>();
  const units: string[] = [];
  /** Characters that stand for classes without one of a single UTF-16 unit, with the first of the class. */
  const standIns = new Map<number, number>();
  const place = (code: number) => {
    let signature = 0;
    for (const is of classes) signature = signature * 2 + Number(is(code));
    let index = signatures.get(signature);
    if (index === undefined) {
      signatures.set(signature, (index = units.length));
      const standIn = FIRST_STAND_IN + index;
      if (code > 0xffff) standIns.set(standIn, code);
      units.push(String.fromCharCode(code > 0xffff ? standIn : code));
    }
    table[code] = index;
  };
  for (const code of PREFERRED) place(code);
  for (let code = 0; code < CODES; code++) if (code < 0xd800 || code > 0xdfff) place(code);
  const standing = (is: Belongs): Belongs =>
    standIns.size === 0 ? is : code => is(standIns.get(code) ?? code);
  const scans = steps.map(step => step.scanOver(step.classes.map(standing)));
  const hasContractions = steps.some(({ kind }) => kind === 'GPT-2');
  return {
    // Each step splits what is left of a piece as it split the whole piece.
    scan: (text, from, to) => scans.reduce((end, scan) => scan(text, from, end), to),
    lookahead: lookaheadOf(
      { units, ofClass: code => units[table[code]!]! },
      hasContractions ? CONTRACTION_LETTERS : new Map(),
    ),
  };
}

const CODES = 0x110000;
/** Of a private area: the scanners over categories see there what they see in characters that are not assigned. */
const FIRST_STAND_IN = 0xf800;
/** What represents a class where it can: `openEndOf` counts zeros. */
const PREFERRED = [...'0a!\t'].map(character => character.charCodeAt(0));
