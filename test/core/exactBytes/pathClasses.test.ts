// What follows paths of one class, filled by one and used by others, compared with splitting the whole bytes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BoundaryHypotheses } from '../../../src/core/exactBytes/boundaryHypotheses';
import { lookaheadOfSteps } from '../../../src/core/exactBytes/splitLookahead';
import { stepsOf } from '../../../src/core/tokenizer/files/pipelineSteps';
import { splitsOfByteLevel } from '../../../src/core/tokenizer/files/preTokenizers';
import {
  scanCl100k,
  scanLlama3,
  scanQwen2,
  scanQwen35,
} from '../../../src/core/tokenizer/patterns/cl100k';
import { scanGpt2 } from '../../../src/core/tokenizer/patterns/gpt2';
import { scanO200k, scanTekken } from '../../../src/core/tokenizer/patterns/o200k';
import type { Scan } from '../../../src/core/tokenizer/patterns/scan';
import { tryPaths, tryRound } from '../../support/pathClasses';
import { golden } from '../../support/paths';
import { sampleOf, seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

const families = JSON.parse(readFileSync(join(golden, 'families.json'), 'utf8')) as {
  families: Record<string, { pre_tokenizer: unknown }>;
};
const scansOf = (family: string) =>
  splitsOfByteLevel(stepsOf(families.families[family]!.pre_tokenizer, '', 'pretokenizers')).scans;

describe.each<[string, Scan | readonly Scan[]]>([
  ['GPT-2', scanGpt2],
  ['cl100k', scanCl100k],
  ['Llama 3', scanLlama3],
  ['Qwen2', scanQwen2],
  ['Qwen3.5', scanQwen35],
  ['o200k', scanO200k],
  ['Tekken', scanTekken],
  ['Digits and GPT-2', scansOf('starcoder')],
  ['DeepSeek Coder', scansOf('deepseek-coder')],
  ['DeepSeek V2', scansOf('deepseek-v2')],
  ['DeepSeek V3', scansOf('deepseek-v3')],
])('%s', (_, given) => {
  let known: BoundaryHypotheses | undefined;
  const boundaries = () => {
    if (known) return known;
    const { scan, lookahead } = lookaheadOfSteps([given].flat())!;
    return (known = new BoundaryHypotheses(scan, lookahead));
  };

  test.each([false, true])('random tokens, with added ones: %s', withNames => {
    const random = randomOf(seedOr(withNames ? 2 : 1));
    const counts = { asked: 0, followers: 0, shared: 0 };
    const rounds = sampleOf(1, 60);
    const prefixes = sampleOf(40, 150);
    for (let round = 0; round < rounds; round++)
      tryRound(boundaries(), random, withNames, prefixes, counts);
    expect(counts.asked).toBeGreaterThan(rounds * prefixes * 15);
    expect(counts.followers).toBeGreaterThan(rounds * prefixes * 5);
    if (!withNames) expect(counts.shared).toBeGreaterThan(0);
  });

  test('blanks of the same lengths, as characters and in all', () => {
    // With runs shortened, both paths are two line ends and two spaces.
    const tokens = ['\n\n\n\n', '\n\n\n ', '  ', ' a', '\n', '!'];
    tryPaths(
      boundaries(),
      tokens,
      ['<'],
      [
        [1, 2],
        [0, 2],
      ],
    );
  });

  test('letters of contractions directly after an apostrophe', () => {
    tryPaths(boundaries(), ["'", 'aa', 'sa', 'SA', 'rea', 'vaa', '!'], [], [[0], [1, 0], [6, 0]]);
  });

  test('numbers beyond ASCII in groups', () => {
    tryPaths(boundaries(), ['1', '２３', '２３４', '²', '²²²²'], [], [[0], [0, 0], [0, 3]]);
  });
});
