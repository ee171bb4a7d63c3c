// Less-is-Better (Yang, Frank and van den Bosch 2020, https://aclanthology.org/2020.cogalex-1.4; written from the
// definition in the authors' model.py, MIT): a lexicon that reads lines with few tokens of few types.
import { Lexicon, type Unit } from './lexicon';
import type { LessIsBetterSettings } from './settings';
import { Trials } from './trials';

/** What was read last: a unit, or a run of unknown characters. */
interface Read {
  readonly characters: readonly string[];
  readonly isKnown: boolean;
}

/** A move of a unit, to the front if it was better than the next shorter one. */
interface Move {
  readonly unit: Unit;
  readonly isForward: boolean;
}

export class LessIsBetterLearner {
  readonly lexicon = new Lexicon();
  /** The documents after which a unit is removed unless it proves useful, by its text. */
  readonly #probation = new Map<string, number>();

  constructor(
    readonly settings: LessIsBetterSettings,
    readonly random: () => number,
  ) {}

  /** Takes the characters of lines, each on probation. */
  begin(lines: readonly string[]): void {
    for (const character of new Set(lines.flatMap(line => [...line]))) {
      this.lexicon.append([character]);
      this.#probation.set(character, this.settings.life);
    }
  }

  /** Reads the lines of a document, which takes units into the lexicon, then moves and removes units. */
  read(lines: readonly string[]): void {
    const moves: Move[] = [];
    // A unit is taken when it is met for the second time in a document.
    const met = new Set<string>();
    for (const line of lines) this.#readLine([...line], moves, met);
    this.#update(moves);
  }

  #readLine(characters: readonly string[], moves: Move[], met: Set<string>): void {
    const { lexicon, settings } = this;
    const trials = new Trials(lexicon, settings.longestUnit);
    let last: Read = { characters: [], isKnown: false };
    for (let at = 0; at < characters.length;) {
      for (const { unit, isBetter } of trials.decide(characters, at)) {
        moves.push({ unit, isForward: isBetter });
        if (isBetter) this.#probation.delete(unit.text);
        const { unit: shorter } = lexicon.longest([...unit.text], 0, unit.length - 1);
        if (!isBetter && shorter) moves.push({ unit: shorter, isForward: true });
      }
      const to = Math.min(at + settings.longestUnit, characters.length);
      const { unit, shorter } = lexicon.longest(characters, at, to);
      trials.follow(unit);
      if (!unit) {
        const before = last.isKnown ? [] : last.characters;
        last = { characters: [...before, characters[at]!], isKnown: false };
        at++;
        continue;
      }
      const own = characters.slice(at, at + unit.length);
      this.#consider(last, own, met);
      if (shorter) trials.begin(unit, shorter, at + shorter.length);
      else this.#probation.delete(unit.text);
      last = { characters: own, isKnown: true };
      at += unit.length;
    }
  }

  /** Whether a run of unknown characters before a unit, or the two units together, becomes a unit. */
  #consider(last: Read, own: readonly string[], met: Set<string>): void {
    const { lexicon, settings } = this;
    // As in the authors' program, where the two entries of what was read last are counted.
    if (own.length + 2 > settings.longestUnit || this.random() >= settings.memoryIn) return;
    const most = last.isKnown ? settings.longestUnit : settings.longestGap;
    const characters = last.isKnown ? [...last.characters, ...own] : last.characters;
    const { length } = characters;
    if (length === 0 || length > most || lexicon.find(characters, 0, length)) return;
    const text = characters.join('');
    if (met.delete(text)) lexicon.append(characters);
    else met.add(text);
  }

  #update(moves: readonly Move[]): void {
    const { lexicon, settings } = this;
    const removed: Unit[] = [];
    for (const [text, life] of this.#probation) {
      if (life > 1) this.#probation.set(text, life - 1);
      else {
        this.#probation.delete(text);
        const characters = [...text];
        const unit = lexicon.find(characters, 0, characters.length);
        if (unit) removed.push(unit);
      }
    }
    lexicon.remove(removed);
    for (const { unit, isForward } of moves) {
      if (unit.rank <= 0) continue;
      const step = Math.floor(unit.rank * settings.updateRate) + 1;
      if (isForward) lexicon.advance(unit, step);
      else lexicon.retreat(unit, step);
    }
    const last = Math.floor((1 - settings.memoryOut) * lexicon.size);
    for (const { text } of lexicon.units.slice(last)) {
      if (!this.#probation.has(text)) this.#probation.set(text, settings.life);
    }
  }
}

/**
 * The lexicon after `settings.epochs` documents that are drawn from the lines, each of which counts once. Lines have no
 * blanks. `random` returns numbers in [0, 1); the same numbers give the same lexicon.
 */
export function learn(
  lines: Iterable<string>,
  settings: LessIsBetterSettings,
  random: () => number,
  onProgress?: (share: number) => void,
): Lexicon {
  const different = [...new Set(lines)].filter(line => line !== '');
  const learner = new LessIsBetterLearner(settings, random);
  if (different.length === 0) return learner.lexicon;
  const below = (count: number) => Math.floor(random() * count);
  const documents = Array.from({ length: settings.documents }, () => {
    const drawn = new Set<number>();
    for (let i = 0; i < settings.linesPerDocument; i++) drawn.add(below(different.length));
    return [...drawn].map(line => different[line]!);
  });
  learner.begin(documents[0]!);
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    learner.read(documents[below(documents.length)]!);
    onProgress?.((epoch + 1) / settings.epochs);
  }
  return learner.lexicon;
}
