// What a dtype costs, beside two models whose numbers are known.
import { expect, test } from 'vitest';
import { emptyScores } from '../../../src/core/lenses/scores';
import type { Tokenizer } from '../../../src/core/tokenizer/tokenizer';
import type { Backend } from '../../../src/engine/models/backend';
import { describeCost, dtypeCost } from '../../../src/engine/models/dtypeCost';

type Request = Parameters<Backend['score']>[0];

/** `bits` of every token, by its place; the likeliest is `top`. */
function backendOf(bits: (place: number) => number, top: (place: number) => number) {
  const asked: Request[] = [];
  const score = (request: Request) => {
    asked.push(request);
    const scores = emptyScores(request.targets.length, request.topK);
    request.targets.forEach((_, place) => {
      scores.logprobs[place] = -bits(place) * Math.LN2;
      scores.topIds[place] = top(place);
    });
    return Promise.resolve(scores);
  };
  return { asked, backend: { score } as unknown as Backend };
}

/** As many tokens as asked for, of which token i is 10 + i. */
const tokenizerOf = (count: number) =>
  ({
    encode: () => ({ ids: Uint32Array.from({ length: count }, (_, i) => 10 + i) }),
  }) as unknown as Tokenizer;

test('the means are over all tokens, with their signs and without', async () => {
  // Costs 1 bit more and 3 bits less in turns; at every fifth place another token is the likeliest.
  const own = backendOf(
    place => (place % 2 ? 2 : 6),
    place => (place % 5 ? 1 : 2),
  );
  const exact = backendOf(
    () => 5,
    () => 1,
  );
  const cost = await dtypeCost(own.backend, exact.backend, tokenizerOf(21), undefined, 100);
  expect(cost.tokens).toBe(20);
  expect(cost.moreBits).toBeCloseTo(-1, 5);
  expect(cost.apartBits).toBeCloseTo(2, 5);
  expect(cost.mostBits).toBeCloseTo(3, 5);
  expect(cost.sameTop).toBeCloseTo(0.8, 10);
  expect(own.asked).toEqual(exact.asked);
  const [{ inputs, targets, from, topK }] = own.asked as [Request];
  expect([inputs[0], inputs.at(-1), targets[0], targets.at(-1)]).toEqual([10, 29, 11, 30]);
  expect([from, topK]).toEqual([0, 1]);
});

test('a text begins with the start token, and is no longer than the context', async () => {
  const { asked, backend } = backendOf(
    () => 1,
    () => 1,
  );
  await dtypeCost(backend, backend, tokenizerOf(1000), 3, 50);
  expect([...asked[0]!.inputs].slice(0, 2)).toEqual([3, 10]);
  expect(asked[0]!.inputs).toHaveLength(50);
  expect(asked[0]!.targets).toHaveLength(50);
  await dtypeCost(backend, backend, tokenizerOf(1000), undefined, 5000);
  expect(asked[2]!.inputs).toHaveLength(300);
});

test('in words', () => {
  const cost = { tokens: 20, moreBits: -0.0123, apartBits: 0.5, mostBits: 3, sameTop: 0.955 };
  expect(describeCost(cost)).toBe(
    '0.012 bits per token less on 20 tokens; 0.50 bits apart on average, 3.0 at most; the most likely token is the same for 96 %',
  );
  expect(describeCost({ ...cost, moreBits: 0.25 })).toMatch(/^0\.25 bits per token more on 20/);
});
