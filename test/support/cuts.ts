// Texts cut at random bytes, to check that the cover tree contains the tokens of the whole text.
import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { byteStringOf } from '../../src/core/exactBytes/byteString';
import { coverTree, settle } from '../../src/core/exactBytes/coverTree';
import { noTrunk } from '../../src/core/exactBytes/trunk';
import { ByteRules } from '../../src/core/exactBytes/byteRules';
import type { Tokenizer } from '../../src/core/tokenizer/tokenizer';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { fuzzStrings } from '../golden/fuzz';
import { seedOr, someOf } from './seed';
import { shared } from './shared';
import { randomOf } from './toys';
import { golden } from './paths';

/** Code, and texts beside the repository if they exist: many languages and naughty strings. */
export function textsToCut(): string[] {
  const code = ['python.py.txt', 'typescript.ts.txt', 'scripts.md.txt'].map(name =>
    readFileSync(join(golden, 'texts', name), 'utf8'),
  );
  const texts = [...code, ...fuzzStrings(seedOr(11), 300)];
  texts.push("I've you'll  he's\n\n   x's 'T 'Ll 12345 \t\r\n  \n\n\n    if a:\n        b ''  ");
  if (existsSync(join(shared, 'text'))) {
    const read = (name: string): unknown =>
      JSON.parse(readFileSync(join(shared, 'text', name), 'utf8'));
    texts.push(...(read('blns.json') as string[]));
    const articles = Object.values(read('udhr/udhr.json') as Record<string, string[]>);
    texts.push(...articles.map(paragraphs => paragraphs.join('\n').slice(0, 3000)));
  }
  return texts.filter(text => text !== '');
}

export interface Cuts {
  cuts: number;
  /** Cuts inside a token, inside a character. */
  insideToken: number;
  insideCharacter: number;
  meanNodes: number;
  mostNodes: number;
  mostHypotheses: number;
  refused: number;
}

/** Cuts each text at up to `perText` bytes, in `npm test` those of a quarter of the texts. Fails if the text's own tokens are not in the tree. */
export function tryCuts(tokenizer: Tokenizer, perText: number, seed: number): Cuts {
  const rules = new ByteRules(tokenizer);
  const random = randomOf(seed);
  const result = {
    cuts: 0,
    insideToken: 0,
    insideCharacter: 0,
    meanNodes: 0,
    mostNodes: 0,
    mostHypotheses: 0,
    refused: 0,
  };
  const texts = textsToCut();
  for (const raw of someOf(texts, Math.ceil(texts.length / 4), seed)) {
    const text =
      tokenizer.normalizer === 'NFC' ? Buffer.from(raw).toString().normalize('NFC') : raw;
    const { ids } = tokenizer.encode(text);
    try {
      rules.check(byteStringOf(encodeUtf8(text)));
    } catch {
      result.refused++;
      continue;
    }
    const bytes = rules.opening + byteStringOf(encodeUtf8(text));
    // The tokens' own bytes: what the tokenizer prepends, followed by the text.
    let end = 0;
    const byteEnds = Array.from(ids, id => (end += tokenizer.bytesOf(id).length));
    expect(end).toBe(bytes.length);
    const cuts = Array.from({ length: Math.min(perText, bytes.length) }, () =>
      Math.floor(random() * (bytes.length + 1)),
    ).sort((a, b) => a - b);
    let trunk = noTrunk;
    for (const cut of cuts) {
      const x = bytes.slice(0, cut);
      trunk = settle(rules, x, trunk);
      const tree = coverTree(rules, x, trunk);
      const what = `${JSON.stringify(text.slice(0, 200))} at byte ${cut}`;
      const whole = byteEnds.findLastIndex(end => end <= cut) + 1;
      const expected = [...ids.subarray(0, whole)];
      const rest = bytes.slice(whole > 0 ? byteEnds[whole - 1] : 0, cut);
      const seen = new Set<string>();
      let isThere = false;
      for (const head of tree.heads) {
        const { prefix } = tree.nodes[head.node]!;
        const path = [...trunk.tokens, ...prefix.tokens];
        expect(x.endsWith(prefix.bytes + head.rest), what).toBe(true);
        expect(seen.has(path.join()), what).toBe(false);
        seen.add(path.join());
        if (path.join() !== expected.join()) continue;
        expect(head.rest, what).toBe(rest);
        isThere = rest === '' || rules.canonical.follows(prefix, ids[whole]!);
      }
      expect(isThere, what).toBe(true);
      expect([...expected, ...ids.subarray(whole)].slice(0, tree.trunk.length)).toEqual(tree.trunk);
      result.cuts++;
      if (rest !== '') result.insideToken++;
      if ((bytes.charCodeAt(cut) & 0xc0) === 0x80) result.insideCharacter++;
      result.meanNodes += tree.nodes.length;
      result.mostNodes = Math.max(result.mostNodes, tree.nodes.length);
      const ways = rules.boundaries.boundariesFor(x.slice(trunk.offset));
      result.mostHypotheses = Math.max(result.mostHypotheses, ways.length);
    }
  }
  result.meanNodes /= result.cuts;
  return result;
}
