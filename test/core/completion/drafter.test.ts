// Completions with drafts of every kind beside those without: the same, whatever was guessed.
import { expect, test } from 'vitest';
import { completeAtCursor } from '../../../src/core/completion/complete';
import type { Completion } from '../../../src/core/completion/completion';
import { firstDraft, pathsAlong, type Drafter } from '../../../src/core/completion/drafter';
import { commonStarts, exactStarts } from '../../../src/core/completion/healingStarts';
import { PromptLookup } from '../../../src/core/completion/promptLookup';
import { RecycledDrafts, type TreeShape } from '../../../src/core/completion/recycledDrafts';
import { TokenCandidates } from '../../../src/core/completion/tokenCandidates';
import { TrunkRows } from '../../../src/core/completion/trunkRows';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { byteStringOf } from '../../../src/core/exactBytes/byteString';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { seededRandom } from '../../../src/core/random';
import { seedOr } from '../../support/seed';
import { modelOf, randomText, randomToy, type TestModel } from '../../support/toys';

const PROMPTS = 1000;
const TREE: TreeShape = [[0], [1], [2], [0, 0], [0, 1], [1, 0], [0, 0, 0]];

const toy = randomToy(8, 14);
const rules = new ByteRules(toy.tokenizer);

/** The last token says most of what comes next, and all that came before it the rest. */
function modelBy(seed: number): TestModel {
  const end = toy.end;
  return modelOf([end], context => {
    const last = seededRandom(seed + 31 * (context.at(-1) ?? 0));
    const all = seededRandom(context.reduce((a, id) => Math.imul(a ^ id, 0x01000193) + 1, seed));
    const logits = new Float64Array(toy.tokenizer.vocabSize).fill(-Infinity);
    for (const id of toy.support) logits[id] = 8 * last() + all() - (id === end ? 2 : 0);
    return logits;
  });
}

interface Asked {
  readonly model: TestModel;
  readonly text: string;
  readonly suffix: string;
  readonly temperature: number;
  readonly seed: number;
}

async function complete(
  { model, text, suffix, temperature, seed }: Asked,
  candidates?: TokenCandidates,
  draft?: (seen: readonly number[], candidates: TokenCandidates) => Drafter,
): Promise<{ completions: Completion[]; requests: number }> {
  const open = byteStringOf(encodeUtf8(text));
  // Exact starts take long in a toy.
  const starts =
    seed % 50 === 0
      ? exactStarts(rules, open)
      : commonStarts(toy.tokenizer, rules.tokens, open, 'one-token');
  let requests = 0;
  const counted = {
    ends: model.ends,
    rows: (...request: Parameters<TestModel['rows']>) => {
      requests++;
      return model.rows(...request);
    },
  };
  const rows = new TrunkRows(counted, starts.trunk, (token, scores) =>
    candidates?.remember(token, scores),
  );
  const completions = await completeAtCursor(
    { tokens: rules.tokens, ends: model.ends },
    rows,
    starts,
    1 + Number(seed % 10 === 0),
    {
      maxTokens: 5,
      singleLine: false,
      suffix,
      close: '',
      word: '',
      isIndented: false,
      missingAfter: () => '',
      seesSuffix: seed % 2 === 0,
      sampling:
        temperature > 0 ? { temperature, topP: 0.9, random: seededRandom(seed) } : undefined,
      least: -Infinity,
      draft: draft && candidates && (() => draft(starts.trunk, candidates)),
      isLate: () => false,
    },
  );
  return { completions, requests };
}

/** What is shown of it, and with which probabilities. */
function told({ tokens, last: _, ...rest }: Completion): string {
  return JSON.stringify([rest, tokens.map(({ id, logprob }) => [id, logprob])]);
}

const lookup = (seen: readonly number[]) => new PromptLookup(seen);
const recycled = (seen: readonly number[], candidates: TokenCandidates) =>
  new RecycledDrafts(candidates, seen.at(-1), TREE);

const WAYS = {
  'prompt lookup': lookup,
  'token recycling': recycled,
  both: (seen: readonly number[], candidates: TokenCandidates) =>
    firstDraft([lookup(seen), recycled(seen, candidates)]),
};

test(`drafts change nothing at ${PROMPTS} prompts but the number of requests`, async () => {
  const seed = seedOr(1);
  const random = seededRandom(seed);
  const model = modelBy(seed);
  let plain = 0;
  const ways = Object.entries(WAYS).map(([name, draft]) => {
    const candidates = new TokenCandidates(id => rules.tokens.bytesOf(id) !== undefined);
    return { name, draft, candidates, requests: 0 };
  });
  for (let prompt = 0; prompt < PROMPTS; prompt++) {
    const asked = {
      model,
      text: randomText(toy, random, 6 + Math.floor(random() * 12)),
      suffix: randomText(toy, random, 3),
      temperature: prompt % 5 === 0 ? 1 : 0,
      seed: prompt,
    };
    const without = await complete(asked);
    plain += without.requests;
    for (const way of ways) {
      const drafted = await complete(asked, way.candidates, way.draft);
      expect(drafted.completions.map(told), way.name).toEqual(without.completions.map(told));
      way.requests += drafted.requests;
    }
  }
  for (const { name, requests } of ways) expect(requests, name).toBeLessThan(plain);
});

test('wrong guesses change nothing either', async () => {
  const random = seededRandom(seedOr(2));
  const model = modelBy(5);
  const candidates = new TokenCandidates(() => true);
  for (let prompt = 0; prompt < 50; prompt++) {
    const asked = { model, text: 'ab', suffix: 'a', temperature: prompt % 2, seed: prompt };
    const guess = () =>
      Array.from({ length: 3 }, () => toy.support[Math.floor(random() * toy.support.length)]!);
    const draft = () => ({ draftsAfter: () => pathsAlong(guess()), accepted() {} });
    const without = await complete(asked);
    const withDrafts = await complete(asked, candidates, draft);
    expect(withDrafts.completions.map(told)).toEqual(without.completions.map(told));
  }
});

test('the first drafter with a guess is asked, and told what became of it', () => {
  const told: string[] = [];
  const drafter = (name: string, drafts: number[][]): Drafter => ({
    draftsAfter: () => drafts,
    accepted: count => told.push(`${name} ${count}`),
  });
  const first = firstDraft([drafter('a', []), drafter('b', [[1]]), drafter('c', [[2]])]);
  expect(first.draftsAfter([])).toEqual([[1]]);
  first.accepted(1);
  const none = firstDraft([drafter('a', [])]);
  expect(none.draftsAfter([])).toEqual([]);
  none.accepted(0);
  expect(told).toEqual(['b 1']);
});
