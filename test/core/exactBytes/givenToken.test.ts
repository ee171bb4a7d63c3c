// A model without a token that starts a text is given the text's first token: compared with enumeration of the texts
// that begin with it.
import { expect, test } from 'vitest';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { Oracle } from '../../support/byteOracle';
import { sampleOf, seedOr } from '../../support/seed';
import {
  ALPHABETS,
  TOY_KINDS,
  modelOf,
  randomModel,
  randomOf,
  randomText,
  randomToy,
} from '../../support/toys';
import { wholeText } from '../../support/wholeText';

test('the bytes after a given token cost what enumeration gives, and all of them what the tokens do', async () => {
  const base = seedOr(1);
  let compared = 0;
  let conditioned = 0;
  const all = ALPHABETS.length * TOY_KINDS;
  // Every alphabet and every pattern.
  for (let i = 0; i < all; i += sampleOf(5, 1)) {
    const toy = randomToy(i);
    const { tokenizer } = toy;
    const rules = new ByteRules(tokenizer);
    const inner = randomModel(toy, base + i);
    // As a real model, it has no row after nothing.
    const model = modelOf([toy.end], context => {
      if (context.length === 0) throw new Error('asked for a first token');
      return inner.row(context);
    });
    const oracle = new Oracle(toy, model.row);
    const text = randomText(toy, randomOf(base + i + 1000), 3 + (i % 2));
    const bytes = encodeUtf8(text);
    const { ids, byteEnds } = tokenizer.encode(text);
    const [token] = ids;
    const end = byteEnds[0]!;
    const whole = await wholeText(rules, model, bytes, { token: token!, end });
    const what = `seed ${base}, toy ${i}, ${JSON.stringify(text)}`;
    const massAt = (at: number) => oracle.massGiven(bytes.subarray(0, at), token!);
    // Of a model with a row after nothing.
    const free = new Oracle(toy, inner.row);
    const first = Math.exp(inner.row([])[token!]!);
    for (let at = 0; at < bytes.length; at++) {
      const nats = whole.surprisals[at]!;
      if (at < end) expect(nats, what).toBeNaN();
      else {
        const expected = Math.log(massAt(at) / massAt(at + 1));
        expect(Math.abs(nats - expected), `${what} at ${at}`).toBeLessThan(1e-10);
        const leak = oracle.leakGiven(bytes.subarray(0, at), token!) / massAt(at);
        expect(Math.abs(whole.leaks[at]! - leak), `${what} at ${at}, leak`).toBeLessThan(1e-10);
        compared++;
        // Where another first token was still possible, it makes a difference that it is known.
        if (at > end) continue;
        const others = free.mass(bytes.subarray(0, at), 'e2') - first * massAt(at);
        if (others > 1e-9) conditioned++;
      }
    }
    expect(whole.entering).toBe(0);
    const tokens = [...ids, toy.end].reduce(
      (sum, id, at) => (at === 0 ? 0 : sum - model.row([...ids.subarray(0, at)])[id]!),
      0,
    );
    const known = whole.surprisals.reduce((sum, nats, at) => sum + (at < end ? 0 : nats), 0);
    expect(Math.abs(known + whole.leaving - tokens), what).toBeLessThan(1e-10);
  }
  expect(compared).toBeGreaterThan(20);
  expect(conditioned).toBeGreaterThan(3);
});
