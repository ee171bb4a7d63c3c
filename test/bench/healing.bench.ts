// Bits for the true next 8 bytes at cuts inside a token of unseen code, the same model asked in three ways:
//   naive    the tokens of the text up to the cut, and any tokens after them;
//   healed   the last token dropped, the next one must begin with its bytes (it may be the same one again);
//   exact    the sum over the covers of the text (e2).
// Naive and healed have the bytes after their first token in every canonical way, so they are not held back by
// anything but the boundary that they insist on.
import { byteStringOf, type ByteString } from '../../src/core/exactBytes/byteString';
import { ByteCursor } from '../../src/core/exactBytes/byteCursor';
import type { TokenModel } from '../../src/core/exactBytes/tokenModel';
import type { ByteRules } from '../../src/core/exactBytes/byteRules';
import type { Model } from '../../src/engine/models/model';
import { randomOf } from '../support/toys';
import { regrownLogprob } from './regrown';
import { cutsOf, KINDS, openModel, type Cut } from './codeCuts';

const CUTS_PER_KIND = 500;
const AHEAD = 8;
const RESAMPLES = 2000;

export default { name: `Bits for the true next ${AHEAD} bytes inside a token`, run };

interface Costs {
  kind: Cut['kind'];
  /** Bits; Infinity where the way holds the truth for impossible. */
  naive: number;
  healed: number;
  exact: number;
}

async function run() {
  const { model, close } = await openModel();
  try {
    const kinds = KINDS.filter(kind => kind !== 'between tokens');
    const costs: Costs[] = [];
    for (const cut of cutsOf(model, kinds, CUTS_PER_KIND, AHEAD, 600))
      costs.push(await costOf(model, cut));
    return [...kinds, undefined].flatMap(kind => {
      const of = costs.filter(cost => kind === undefined || cost.kind === kind);
      return (['naive', 'healed'] as const).map(way => rowOf(kind ?? 'all', of, way));
    });
  } finally {
    close();
  }
}

function rowOf(kind: string, costs: readonly Costs[], way: 'naive' | 'healed') {
  const possible = costs.filter(cost => cost[way] < Infinity);
  const exact = mean(possible.map(cost => cost.exact));
  const other = mean(possible.map(cost => cost[way]));
  const [low, high] = interval(possible.map(cost => cost[way] - cost.exact));
  const never = costs.length - possible.length;
  return {
    label: `${kind}, ${way}`,
    ratio: other / exact,
    rival: 'the exact bits',
    detail:
      `${other.toFixed(2)} against ${exact.toFixed(2)} bits at ${possible.length} cuts; ` +
      `difference ${low.toFixed(2)} to ${high.toFixed(2)} (95 % of paired resamples); ` +
      `impossible at ${never} more`,
  };
}

async function costOf(model: Model, { kind, before, after }: Cut): Promise<Costs> {
  const { byteRules: rules, tokenizer } = model;
  const tokens = model.asTokenModel();
  const truth = byteStringOf(after);
  const ids = [...tokenizer.encode(new TextDecoder().decode(before)).ids];
  const cursor = await ByteCursor.openAt(rules, tokens, before);
  const exact = await nats(cursor, truth);
  const naive = await bytesAfter(rules, tokens, ids, truth);
  const last = ids.pop()!;
  const healed = await healedNats(rules, tokens, ids, byteStringOf(tokenizer.bytesOf(last)), truth);
  const bits = (nats: number) => -nats / Math.LN2;
  return { kind, naive: bits(naive), healed: bits(healed), exact: bits(exact) };
}

/** Nats: of the bytes after a cursor. */
async function nats(cursor: ByteCursor, bytes: ByteString): Promise<number> {
  const { logMass } = cursor;
  for (const byte of bytes) await cursor.advance(byte.charCodeAt(0));
  return cursor.logMass - logMass;
}

/** Nats: of the bytes in tokens that begin after `ids`. */
async function bytesAfter(
  rules: ByteRules,
  model: TokenModel,
  ids: readonly number[],
  bytes: ByteString,
): Promise<number> {
  if (bytes === '') return 0;
  const shifted: TokenModel = {
    ends: model.ends,
    rows: (trunk, nodes, wanted) => model.rows([...ids, ...trunk], nodes, wanted),
  };
  return nats(await ByteCursor.openAt(rules, shifted, new Uint8Array()), bytes);
}

/** Nats: of the bytes after `rest`, where the first token begins with `rest`. */
async function healedNats(
  rules: ByteRules,
  model: TokenModel,
  ids: readonly number[],
  rest: ByteString,
  truth: ByteString,
): Promise<number> {
  const [row] = await model.rows(ids, [{ parent: -1, token: -1 }], [0]);
  return regrownLogprob(rules, row!, rest, truth, (token, bytes) =>
    bytesAfter(rules, model, [...ids, token], bytes),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The middle 95 % of the means of resamples. */
function interval(differences: readonly number[]): [number, number] {
  const random = randomOf(17);
  const n = differences.length;
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += differences[Math.floor(random() * n)]!;
    return sum / n;
  }).sort((a, b) => a - b);
  return [means[Math.floor(0.025 * RESAMPLES)]!, means[Math.floor(0.975 * RESAMPLES)]!];
}
