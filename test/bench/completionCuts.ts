// Places in code that the built-in model has not seen, by what is before the cursor, and the rest of the line.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { CompletionCut } from '../../src/core/completion/calibration';
import { randomOf } from '../support/toys';
import { ownSources } from './codeCuts';

const root = process.cwd();
const HELD_OUT = join(root, 'training/.work/corpus/heldout.jsonl');
const HUMAN_EVAL = join(root, '../shared/data/fim/HumanEval-SingleLineInfilling.jsonl.gz');

/** What a cut of each kind is in the middle of: [0] is after the cursor at once, or the match's end is the cursor. */
const PATTERNS = {
  'mid-identifier': /(?<=[A-Za-z_]\w)(?=\w\w)/g,
  'after .': /(?<=\w\.)(?=[A-Za-z_])/g,
  'after (': /(?<=\()(?=[^\s)])/g,
  indent: /(?<=\n[ \t]+)(?=[^\s])/g,
  'line end': /(?<=\S)(?=\n[^\n]*\S)/g,
  uniform: /(?=[^])/g,
} as const;
export type CutKind = keyof typeof PATTERNS | 'HumanEval line';
export const KINDS = Object.keys(PATTERNS) as (keyof typeof PATTERNS)[];

export interface KindCut extends CompletionCut {
  readonly kind: CutKind;
}

/** Held-out packages where the training's work folder is, else this repository's own code. */
export function unseenTexts(): { texts: string[]; from: string } {
  const path = process.env.TOKENSCOPE_HELDOUT ?? HELD_OUT;
  if (!existsSync(path)) return { texts: ownSources(), from: "this repository's own code" };
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  const texts = lines.map(line => (JSON.parse(line) as { text: string }).text);
  return { texts: texts.filter(text => text.length > 1000), from: 'held-out packages' };
}

export function completionCuts(texts: readonly string[], perKind: number): KindCut[] {
  const random = randomOf(23);
  const cuts: KindCut[] = [];
  for (const kind of KINDS) {
    for (let found = 0, tries = 0; found < perKind && tries < perKind * 50; tries++) {
      const text = texts[Math.floor(random() * texts.length)]!;
      const from = Math.floor(random() * text.length);
      const pattern = new RegExp(PATTERNS[kind]);
      pattern.lastIndex = from;
      const at = pattern.exec(text)?.index;
      if (at === undefined || at < 200) continue;
      const middle = middleAt(text, at);
      if (middle.trim().length < 2 || middle.length > 120 || /[^\n\r\t\x20-\x7e]/.test(middle))
        continue;
      cuts.push({ kind, text, at, middle });
      found++;
    }
  }
  return cuts;
}

/** The rest of the line; at a line's end the line end and the next line. */
function middleAt(text: string, at: number): string {
  const end = text.indexOf('\n', text[at] === '\n' ? at + 1 : at);
  return text.slice(at, end < 0 ? text.length : end);
}

/** Whole lines of solutions; none where the data are not there. */
export function humanEvalCuts(count: number): KindCut[] {
  if (!existsSync(HUMAN_EVAL)) return [];
  const lines = gunzipSync(readFileSync(HUMAN_EVAL)).toString('utf8').split('\n').filter(Boolean);
  const step = Math.max(1, Math.floor(lines.length / count));
  return lines
    .filter((_, i) => i % step === 0)
    .slice(0, count)
    .map(line => {
      const { prompt, suffix, canonical_solution } = JSON.parse(line) as Record<string, string>;
      const middle = canonical_solution!.replace(/\n$/, '');
      const text = prompt! + middle + (canonical_solution!.endsWith('\n') ? '\n' : '') + suffix!;
      return { kind: 'HumanEval line' as const, text, at: prompt!.length, middle };
    });
}
