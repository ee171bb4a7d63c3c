// Texts sampled from the model itself, canonical tokens only (e3): of all predictions of their next byte, the exact one
// costs least, and as much as its entropy.
import { expect, test } from 'vitest';
import { ByteCursor } from '../../../src/core/exactBytes/byteCursor';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { TokenPrefix } from '../../../src/core/exactBytes/tokenPrefix';
import { seedsOr } from '../../support/seed';
import { randomModel, randomOf, randomToy, TOY_CYCLE, type Toy } from '../../support/toys';

const EVERY_THIRD = Array.from({ length: Math.ceil(TOY_CYCLE / 3) }, (_, i) => 3 * i);
const PER_TOY = 150;
const LONGEST = 6;
/** The cost in nats of a byte that was predicted to be impossible. */
const IMPOSSIBLE = 20;
/** The continuation of a text that ends, and of one that no token of the toy's support can continue. */
const END = 256;
const DEAD = 257;

test('the exact next byte costs no more than naive and healed ones, and as much as its entropy', async () => {
  const cost = { exact: 0, naive: 0, healed: 0 };
  const deviations: number[] = [];
  for (const seed of seedsOr(EVERY_THIRD, TOY_CYCLE)) {
    const toy = randomToy(seed);
    const { rules, rowAfter } = maskedModel(toy, seed);
    const random = randomOf(seed + 77);
    const model = randomModel(toy, seed);
    for (let i = 0; i < PER_TOY; i++) {
      const text = sample(toy, rowAfter, random);
      const cut = Math.floor(random() * Math.min(LONGEST, text.length));
      const x = text.slice(0, cut);
      const came = text[cut]!;
      const cursor = await ByteCursor.openAt(rules, model, Uint8Array.from(x));
      const next = cursor.nextRenormalised();
      const known = [...next.logprobs, next.end];
      const dead = 1 - known.reduce((sum, p) => sum + Math.exp(p), 0);
      const exact = [...known, Math.log(Math.max(dead, 1e-15))];
      const entropy = exact.reduce((sum, p) => sum - (p > -Infinity ? Math.exp(p) * p : 0), 0);
      deviations.push(-exact[came]! - entropy);
      const string = String.fromCharCode(...x);
      const ids = rules.encode(string);
      // Inside a character there is no other method.
      if (!ids || came === DEAD) continue;
      cost.exact += costOf(Math.exp(exact[came]!));
      cost.naive += costOf(byNextByte(rules, rowAfter(ids), '', came));
      const last = ids.pop();
      const healed =
        last === undefined
          ? byNextByte(rules, rowAfter([]), '', came)
          : healedBy(rules, rowAfter, ids, last, came);
      cost.healed += costOf(healed);
    }
  }
  const mean = deviations.reduce((sum, d) => sum + d, 0) / deviations.length;
  const variance = deviations.reduce((sum, d) => sum + (d - mean) ** 2, 0) / deviations.length;
  expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(variance / deviations.length));
  expect(cost.exact).toBeLessThan(cost.healed);
  expect(cost.exact).toBeLessThan(cost.naive);
});

const costOf = (p: number) => Math.min(IMPOSSIBLE, -Math.log(p));

type RowAfter = (tokens: readonly number[]) => ReadonlyMap<number, number>;

/** Probabilities by token after canonical tokens, of the tokens that the tokenizer can produce there; `END` ends the text. */
function maskedModel(toy: Toy, seed: number): { rules: ByteRules; rowAfter: RowAfter } {
  const rules = new ByteRules(toy.tokenizer);
  const model = randomModel(toy, seed);
  const rowAfter: RowAfter = tokens => {
    const prefix = tokens.reduce(
      (path, token) => rules.canonical.extend(path, token),
      TokenPrefix.empty,
    );
    const follows = rules.canonical.follower(prefix);
    const row = model.row(tokens);
    const allowed = toy.support.filter(id =>
      id === toy.end
        ? rules.canonical.endsText(prefix)
        : rules.tokens.bytesOf(id) !== undefined && follows(id),
    );
    const total = allowed.reduce((sum, id) => sum + Math.exp(row[id]!), 0);
    return new Map(
      allowed.map(id => [id === toy.end ? -1 : id, Math.exp(row[id]!) / total] as const),
    );
  };
  return { rules, rowAfter };
}

/** The bytes of a text, and `END` or `DEAD` if it ended that way before it was long enough. */
function sample(toy: Toy, rowAfter: RowAfter, random: () => number): number[] {
  const tokens: number[] = [];
  const bytes: number[] = [];
  while (bytes.length <= LONGEST) {
    let left = random();
    const row = [...rowAfter(tokens)];
    if (row.length === 0) return [...bytes, DEAD];
    const [token] = row.find(([, p]) => (left -= p) < 0) ?? row.at(-1)!;
    if (token < 0) return [...bytes, END];
    tokens.push(token);
    bytes.push(...toy.tokenizer.bytesOf(token));
  }
  return bytes;
}

/** The probability that tokens that begin with `rest` continue with the byte. */
function byNextByte(
  rules: ByteRules,
  row: ReadonlyMap<number, number>,
  rest: string,
  byte: number,
): number {
  if (byte === END) return rest === '' ? (row.get(-1) ?? 0) : 0;
  const begun = rest + String.fromCharCode(byte);
  return [...row].reduce(
    (sum, [id, p]) => sum + (id >= 0 && rules.tokens.bytesOf(id)!.startsWith(begun) ? p : 0),
    0,
  );
}

/** The last token chosen again among those that begin with it, like `healed` in the command line. */
function healedBy(
  rules: ByteRules,
  rowAfter: RowAfter,
  before: readonly number[],
  last: number,
  byte: number,
): number {
  const row = rowAfter(before);
  const rest = rules.tokens.bytesOf(last)!;
  const total = [...row].reduce(
    (sum, [id, p]) => sum + (id >= 0 && rules.tokens.bytesOf(id)!.startsWith(rest) ? p : 0),
    0,
  );
  const again = row.get(last) ?? 0;
  const after = byNextByte(rules, rowAfter([...before, last]), '', byte);
  return (byNextByte(rules, row, rest, byte) + again * after) / total;
}
