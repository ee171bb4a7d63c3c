// Chooses the next token or the end: the most probable one, or a sample. With a tree of starts, the path is chosen
// together with the token.
//
// Sampling is defined per token, for a model restricted to the allowed tokens at each place (e3), with each row raised
// to the power 1 / temperature. The bytes before the cursor are a condition, so the tree's paths have the weights that
// the same rule gives them. `topP` restricts the remaining choice, not the text before the cursor.
import { LogSum, logSumOf } from '../exactBytes/logSum';
import type { LogprobRow } from '../exactBytes/tokenModel';
import type { SortedTokens } from '../exactBytes/sortedTokens';
import type { HealingNode, HealingHead } from './healingStarts';

/** In place of a token: the end of the text. */
export const END = -1;

export interface TokenChoice {
  /** The node whose path precedes the token. */
  readonly node: number;
  /** Or `END`. */
  readonly token: number;
  /** Nats, of the path and the token. */
  readonly logprob: number;
}

export interface ChoiceSampling {
  /** Greater than 0. */
  readonly temperature: number;
  /** In (0, 1]: the smallest set of choices with at least this probability is sampled from. */
  readonly topP: number;
  /** In [0, 1). */
  random(): number;
}

export interface Chooser {
  readonly tokens: SortedTokens;
  readonly ends: readonly number[];
  /** Bytes that no token has first after what it repeats. */
  readonly notFirst?: string;
}

/** The most probable choices, at most `count`, best first. `rows` has one row per node. */
export function likeliestChoices(
  { tokens, ends, notFirst = '' }: Chooser,
  nodes: readonly HealingNode[],
  heads: readonly HealingHead[],
  rows: readonly LogprobRow[],
  count: number,
): TokenChoice[] {
  const logprobs = pathLogprobs(nodes, rows);
  const best: TokenChoice[] = [];
  const followers = nodes.map(({ next }) => next.follower());
  // Testing whether a token is allowed is expensive, so candidates are tested in descending order of probability.
  const tried = new Set<number>();
  for (;;) {
    let found: TokenChoice | undefined;
    const offer = (node: number, token: number, logprob: number) => {
      if (!(logprob > (found?.logprob ?? -Infinity)) || tried.has(keyOf(node, token))) return;
      found = { node, token, logprob };
    };
    for (const { node, rest } of heads) {
      const row = rows[node]!;
      const base = logprobs[node]!;
      visit(tokens, rest, row, notFirst, token => offer(node, token, base + row[token]!));
      if (rest === '' && nodes[node]!.next.ends) offer(node, END, base + endLogprob(row, ends));
    }
    if (!found) return best;
    const { node, token } = found;
    tried.add(keyOf(node, token));
    if (token !== END && !followers[node]!(token)) continue;
    if (best.push(found) === count) return best;
  }
}

function keyOf(node: number, token: number): number {
  return node * 2 ** 24 + token + 1;
}

/** Undefined if nothing is allowed. */
export function sampledChoices(
  { tokens, ends, notFirst = '' }: Chooser,
  nodes: readonly HealingNode[],
  heads: readonly HealingHead[],
  rows: readonly LogprobRow[],
  { temperature, topP, random }: ChoiceSampling,
): TokenChoice | undefined {
  const masked = nodes.map(({ next }, node) => {
    const row = rows[node]!;
    const sum = new LogSum();
    const scaled = new Float64Array(row.length).fill(-Infinity);
    const follows = next.follower();
    visit(tokens, '', row, '', token => {
      if (row[token] === -Infinity || !follows(token)) return;
      scaled[token] = row[token]! / temperature;
      sum.add(scaled[token]);
    });
    const end = next.ends ? endLogprob(row, ends) / temperature : -Infinity;
    sum.add(end);
    return { scaled, end, total: sum.value };
  });
  const weights: number[] = [];
  nodes.forEach(({ parent, token }, node) => {
    const { scaled, total } = masked[parent] ?? masked[0]!;
    weights[node] = parent < 0 ? 0 : weights[parent]! + scaled[token]! - total;
  });
  const choices: (TokenChoice & { weight: number })[] = [];
  const logprobs = pathLogprobs(nodes, rows);
  for (const { node, rest } of heads) {
    const { scaled, end, total } = masked[node]!;
    const base = weights[node]! - total;
    const add = (token: number, weight: number, logprob: number) =>
      weight > -Infinity &&
      choices.push({ node, token, logprob: logprobs[node]! + logprob, weight });
    visit(tokens, rest, rows[node]!, notFirst, token =>
      add(token, base + scaled[token]!, rows[node]![token]!),
    );
    if (rest === '') add(END, base + end, endLogprob(rows[node]!, ends));
  }
  const all = logSumOf(choices.map(({ weight }) => weight));
  const share = ({ weight }: { weight: number }) => Math.exp(weight - all);
  const kept = topP < 1 ? nucleus(choices, share, topP) : choices;
  let at = random() * kept.reduce((sum, choice) => sum + share(choice), 0);
  return kept.find(choice => (at -= share(choice)) < 0) ?? kept.at(-1);
}

/** The most probable choices, as few as reach `topP`. */
function nucleus<T extends { weight: number }>(
  choices: readonly T[],
  share: (choice: T) => number,
  topP: number,
): T[] {
  // All choices below this probability together are less than what may be left out, so they need not be sorted.
  const least = (1 - topP) / choices.length;
  const likely = choices.filter(choice => share(choice) >= least);
  likely.sort((a, b) => b.weight - a.weight);
  let kept = 0;
  const last = likely.findIndex(choice => (kept += share(choice)) >= topP);
  return last < 0 ? likely : likely.slice(0, last + 1);
}

/**
 * Nats, comparable to a choice's: the mass of everything that begins with the heads, canonical or not; an upper bound
 * for any choice.
 */
export function massOfAll(
  { tokens, ends }: Chooser,
  nodes: readonly HealingNode[],
  heads: readonly HealingHead[],
  rows: readonly LogprobRow[],
): number {
  const logprobs = pathLogprobs(nodes, rows);
  const mass = new LogSum();
  for (const { node, rest } of heads) {
    const row = rows[node]!;
    visit(tokens, rest, row, '', token => mass.add(logprobs[node]! + row[token]!));
    if (rest === '') mass.add(logprobs[node]! + endLogprob(row, ends));
  }
  return mass.value;
}

/** Nats: of the end of the text, by any of the tokens that end it. */
export function endLogprob(row: LogprobRow, ends: readonly number[]): number {
  return logSumOf(ends.map(id => row[id] ?? -Infinity));
}

/** [node], nats. */
function pathLogprobs(nodes: readonly HealingNode[], rows: readonly LogprobRow[]): number[] {
  const logprobs: number[] = [];
  for (const { parent, token } of nodes) {
    logprobs.push(parent < 0 ? 0 : logprobs[parent]! + rows[parent]![token]!);
  }
  return logprobs;
}

/**
 * Calls `visitor` with the text tokens that begin with `rest` and then have a byte that is not in `notFirst`, in no particular
 * order.
 */
function visit(
  tokens: SortedTokens,
  rest: string,
  row: LogprobRow,
  notFirst: string,
  visitor: (token: number) => void,
): void {
  const { start, end } = tokens.startingWith(rest);
  for (let place = start; place < end; place++) {
    const token = tokens.ids[place]!;
    const first = tokens.bytes[place]![rest.length];
    if (token < row.length && first !== undefined && !notFirst.includes(first)) visitor(token);
  }
}
