// The next token, or the end: the likeliest, or one that is drawn. Behind a tree, the path to it is chosen too.
//
// Drawing is declared by token: of a model that makes only what may come at each place (e3), each row to the power
// 1 / temperature. The bytes before the cursor are a condition on what is drawn, so that the tree's paths weigh
// what they come to under the same rule; `topP` cuts what is left to choose, not what the text says already.
import { LogSum, logSumOf } from '../exactBytes/logSum';
import type { LogprobRow } from '../exactBytes/tokenModel';
import type { SortedTokens } from '../exactBytes/sortedTokens';
import type { HealingNode, HealingHead } from './healingStarts';

/** In place of a token: the text ends. */
export const END = -1;

export interface TokenChoice {
  /** The node behind whose path the token comes. */
  readonly node: number;
  /** Or `END`. */
  readonly token: number;
  /** Nats, of the path and the token. */
  readonly logprob: number;
}

export interface ChoiceSampling {
  /** Above 0. */
  readonly temperature: number;
  /** In (0, 1]: what is drawn from makes up at least so much. */
  readonly topP: number;
  /** In [0, 1). */
  random(): number;
}

export interface Chooser {
  readonly tokens: SortedTokens;
  readonly ends: readonly number[];
}

/** The likeliest choices, at most `count`, best first. `rows` are the nodes'. */
export function likeliestChoices(
  { tokens, ends }: Chooser,
  nodes: readonly HealingNode[],
  heads: readonly HealingHead[],
  rows: readonly LogprobRow[],
  count: number,
): TokenChoice[] {
  const logprobs = pathLogprobs(nodes, rows);
  const best: TokenChoice[] = [];
  const followers = nodes.map(({ next }) => next.follower());
  // Whether a token may come is costly to find out: the likeliest is tried, then the next.
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
      visit(tokens, rest, row, token => offer(node, token, base + row[token]!));
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

/** Undefined where nothing may come. */
export function sampledChoices(
  { tokens, ends }: Chooser,
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
    visit(tokens, '', row, token => {
      if (row[token] === -Infinity || !follows(token)) return;
      scaled[token] = row[token]! / temperature;
      sum.add(scaled[token]!);
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
    visit(tokens, rest, rows[node]!, token =>
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

/** The likeliest, as few as make up `topP`. */
function nucleus<T extends { weight: number }>(
  choices: readonly T[],
  share: (choice: T) => number,
  topP: number,
): T[] {
  // All that are less likely than this come to less than may be left out: they need not be sorted.
  const least = (1 - topP) / choices.length;
  const likely = choices.filter(choice => share(choice) >= least);
  likely.sort((a, b) => b.weight - a.weight);
  let kept = 0;
  const last = likely.findIndex(choice => (kept += share(choice)) >= topP);
  return last < 0 ? likely : likely.slice(0, last + 1);
}

/** Nats, as a choice's: of all that begin with the heads, canonical or not; no choice is likelier than this says. */
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
    visit(tokens, rest, row, token => mass.add(logprobs[node]! + row[token]!));
    if (rest === '') mass.add(logprobs[node]! + endLogprob(row, ends));
  }
  return mass.value;
}

/** Nats: the text ends, by any of the tokens that end it. */
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

/** The tokens of text that begin with `rest` and are longer, in no order to rely on. */
function visit(
  tokens: SortedTokens,
  rest: string,
  row: LogprobRow,
  visitor: (token: number) => void,
): void {
  const { start, end } = tokens.startingWith(rest);
  for (let place = start; place < end; place++) {
    const token = tokens.ids[place]!;
    if (token < row.length && tokens.bytes[place]!.length > rest.length) visitor(token);
  }
}
