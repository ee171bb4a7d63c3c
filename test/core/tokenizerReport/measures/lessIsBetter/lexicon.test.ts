// The lexicon beside a plain list of strings.
import { expect, test } from 'vitest';
import {
  Lexicon,
  type Unit,
} from '../../../../../src/core/tokenizerReport/measures/lessIsBetter/lexicon';
import { seedOr } from '../../../../support/seed';
import { pick, randomOf } from '../../../../support/toys';

test('units are found, moved and removed like those of a list', () => {
  const random = randomOf(seedOr(1));
  const word = () =>
    Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(random, ['a', 'b', '😀']));
  for (let round = 0; round < 50; round++) {
    const lexicon = new Lexicon();
    const units = new Map<string, Unit>();
    let list: string[] = [];
    for (let step = 0; step < 60; step++) {
      const characters = word();
      const text = characters.join('');
      const chosen = list.length > 0 ? pick(random, list) : '';
      const unit = units.get(chosen);
      const rank = list.indexOf(chosen);
      const kind = Math.floor(random() * 5);
      if (kind < 2 && !list.includes(text)) {
        units.set(text, lexicon.append(characters));
        list.push(text);
      } else if (kind === 2 && unit) {
        const steps = Math.floor(random() * (rank + 1));
        lexicon.advance(unit, steps);
        list.splice(rank, 1);
        list.splice(rank - steps, 0, chosen);
      } else if (kind === 3 && unit) {
        const steps = Math.floor(random() * 6);
        lexicon.retreat(unit, steps);
        const isRemoved = rank + steps >= list.length;
        list.splice(rank, 1);
        if (!isRemoved) list.splice(rank + steps, 0, chosen);
      } else if (kind === 4) {
        const removed = list.filter(() => random() < 0.1);
        lexicon.remove(removed.map(each => units.get(each)!));
        list = list.filter(each => !removed.includes(each));
      }
      expect(lexicon.units.map(each => each.text)).toEqual(list);
      expect(lexicon.units.map(each => each.rank)).toEqual(list.map((_, i) => i));
      const line = [...word(), ...word()];
      const prefixes = line.map((_, i) => line.slice(0, i + 1).join(''));
      const known = prefixes.filter(prefix => list.includes(prefix));
      const found = lexicon.longest(line, 0, line.length);
      expect(found.unit?.text).toBe(known.at(-1));
      expect(found.shorter?.text).toBe(known.at(-2));
      expect(lexicon.find(line, 0, 2)?.text).toBe(list.find(each => each === prefixes[1]));
    }
  }
});
