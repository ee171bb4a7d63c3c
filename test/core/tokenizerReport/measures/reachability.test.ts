// Entries that no text is encoded with: of toys, beside many texts, and of published tokenizers.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { reachabilityOf } from '../../../../src/core/tokenizerReport/measures/reachability';
import { seedOr, seedsOr, someOf } from '../../../support/seed';
import { hasShared, shared, tokenizerOf } from '../../../support/shared';
import { pick, randomOf, randomToy, TOY_CYCLE } from '../../../support/toys';

const published = (name: string) => tokenizerOf(join(shared, 'tokenizers', name));

describe('entries that no text reaches', () => {
  test('toys: those that no short text has', () => {
    const random = randomOf(seedOr(3));
    for (const seed of seedsOr(someOf([...Array(80).keys()], 4), TOY_CYCLE)) {
      const { tokenizer, alphabet, support } = randomToy(seed, 25);
      const found = reachabilityOf(tokenizer);
      const never = new Set(found.unreachable);
      expect(found.reached + found.open.length + never.size).toBe(found.entries);
      const seen = new Set<number>();
      for (let round = 0; round < 200; round++) {
        const text = Array.from({ length: 8 }, () => pick(random, alphabet)).join('');
        for (const id of tokenizer.encode(text).ids) seen.add(id);
      }
      for (const id of seen) expect(never.has(id), `toy ${seed}, ${id}`).toBe(false);
      for (const id of found.open) expect(seen.has(id), `toy ${seed}, ${id}`).toBe(false);
      expect(support.some(id => seen.has(id))).toBe(true);
    }
  });

  test.skipIf(!hasShared)('GPT-2: the 13 bytes that UTF-8 never has', () => {
    const gpt2 = published('gpt2');
    const { unreachable, open, reason } = reachabilityOf(gpt2);
    expect([unreachable.length, open, reason]).toEqual([13, [], null]);
    const bytes = unreachable.map(id => gpt2.bytesOf(id)[0]!);
    const never = [0xc0, 0xc1, ...Array.from({ length: 11 }, (_, i) => 0xf5 + i)];
    expect(bytes.sort((a, b) => a - b)).toEqual(never);
  });

  test.skipIf(!hasShared)('GPT-NeoX: blanks that an added token takes', () => {
    const neox = published('gpt-neox');
    const { unreachable, open } = reachabilityOf(neox);
    expect(unreachable).toHaveLength(221);
    // The byte C2, which merges with nearly every one that may follow it.
    expect(open).toEqual([126]);
    for (const id of unreachable) {
      const text = new TextDecoder().decode(neox.bytesOf(id));
      for (const before of ['', 'a', '\n'])
        expect(neox.encode(before + text).ids).not.toContain(id);
    }
  });
});
