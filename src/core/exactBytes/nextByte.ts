// The probability of every next byte at the end of a text x, from the covers of x.
//
//   e2, canonical: P(b|x) = Π(xb) / Π(x), where Π(x) is the sum of the probabilities of the covers of x. The
//       model's mass on tokens that the tokenizer never produces there is reported as the leak instead of being
//       renormalised away: Σ P(b|x) + end + leak + untested = 1.
//   e1, all tokenizations: the covers need not be canonical. Their number grows exponentially with the length of
//       the text, so only those are summed that differ in the last pretoken: Π(x) and Π(xb) are lower bounds,
//       whose ratio is not a bound.
//   e3, canonical and renormalised: like e2, for a model that cannot produce such tokens, because they are
//       masked at every node and the rest is scaled up. There is no leak, and samples are always text.
import type { CoverTree } from './coverTree';
import { InexactError } from '../errors';
import { LogSum, logSumOf } from './logSum';
import type { LogprobRow } from './tokenModel';
import { classifyNextTokens, followsAmong, type Acceptance } from './nextTokenClasses';
import type { ByteRules } from './byteRules';

export interface NextByte {
  /** [byte], nats. */
  readonly logprobs: Float64Array;
  /** Nats: the text ends here. */
  readonly end: number;
  /** Nats: the model continues with a token that the tokenizer does not produce here. */
  readonly leak: number;
  /** Nats: tokens too improbable to be tested. The canonical part of this mass belongs to the bytes. */
  readonly untested: number;
  /** Nats: Π(x), relative to the same context as the tree's log-probabilities. */
  readonly logMass: number;
}

/** A cover tree and the model's rows for it. */
export interface ScoredTree {
  readonly tree: CoverTree;
  /** [node] */
  readonly rows: readonly LogprobRow[];
  /** [node], nats: the path's log-probability, given the trunk or a prefix of it. */
  readonly logprobs: readonly number[];
  /** The tokens that end a text. */
  readonly ends: ReadonlySet<number>;
  /** Nats: an upper bound for the mass of covers that end at nodes without a row. Such nodes have no heads here. */
  readonly skipped?: number;
}

/**
 * The next byte in mode e2. `untested`: the largest probability that may be left untested per row; 0 tests every token.
 */
export function nextByte(
  rules: ByteRules,
  scored: ScoredTree,
  untested = 0,
  accepted: Acceptance = rules.canonical,
): NextByte {
  const bytes = Array.from({ length: 256 }, () => new LogSum());
  const parts = { end: new LogSum(), leak: new LogSum(), untested: new LogSum() };
  const mass = new LogSum();
  const { tree, rows, logprobs, ends, skipped = -Infinity } = scored;
  const { tokens } = rules;
  mass.add(skipped);
  parts.untested.add(skipped);
  for (const { node, rest } of tree.heads) {
    const { prefix } = tree.nodes[node]!;
    const row = rows[node]!;
    const path = logprobs[node]!;
    const floor = Math.log(untested / row.length);
    if (rest === '') {
      mass.add(path);
      classifyNextTokens(rules, accepted, prefix, row, ends, floor, (part, token, logprob) => {
        const sum = part === 'canonical' ? bytes[tokens.firstByteOf(token)]! : parts[part];
        sum.add(path + logprob);
      });
      continue;
    }
    const { start, end } = tokens.startingWith(rest);
    // Above a floor there are few to ask about.
    const follows = followsAmong(accepted, prefix, floor === -Infinity ? end - start : 0);
    for (let place = start; place < end; place++) {
      const next = tokens.bytes[place]!.charCodeAt(rest.length);
      const token = tokens.ids[place]!;
      const logprob = row[token]!;
      // A token that ends where x does (next is NaN) ends the path of another head, and is counted there.
      if (Number.isNaN(next) || logprob === -Infinity) continue;
      const isTested = logprob >= floor;
      if (isTested && !follows(token)) continue;
      mass.add(path + logprob);
      (isTested ? bytes[next]! : parts.untested).add(path + logprob);
    }
  }
  const logMass = mass.value;
  if (logMass === -Infinity) throw impossibleText();
  return {
    logprobs: Float64Array.from(bytes, ({ value }) => value - logMass),
    end: parts.end.value - logMass,
    leak: parts.leak.value - logMass,
    untested: parts.untested.value - logMass,
    logMass,
  };
}

export function impossibleText(): InexactError {
  return new InexactError(
    'The model gives the text a probability of 0, so no next byte has a probability',
  );
}

/** Nats: Π(x), canonical; equals `logMass` of `nextByte`. */
export function massOf(rules: ByteRules, scored: ScoredTree): number {
  return logSumOf(headMasses(rules, scored));
}

/** [head], nats: the mass of the canonical covers that end there. */
export function headMasses(rules: ByteRules, { tree, rows, logprobs }: ScoredTree): number[] {
  return tree.heads.map(({ node, rest }) => {
    if (rest === '') return logprobs[node]!;
    const mass = new LogSum();
    const { start, end } = rules.tokens.startingWith(rest);
    const follows = followsAmong(rules.canonical, tree.nodes[node]!.prefix, end - start);
    for (let place = start; place < end; place++) {
      const token = rules.tokens.ids[place]!;
      const isLonger = rules.tokens.bytes[place]!.length > rest.length;
      if (!isLonger || !follows(token)) continue;
      mass.add(logprobs[node]! + rows[node]![token]!);
    }
    return mass.value;
  });
}

/** The tree as scored by a model restricted to canonical tokens, so that `nextByte` of it is e3. Tests every token. */
export function renormalise(
  rules: ByteRules,
  scored: ScoredTree,
  accepted: Acceptance = rules.canonical,
): ScoredTree {
  const { tree, ends } = scored;
  const rows = tree.nodes.map(({ prefix }, node) => {
    const row = scored.rows[node]!;
    const masked = new Float64Array(row.length).fill(-Infinity);
    const sum = new LogSum();
    classifyNextTokens(rules, accepted, prefix, row, ends, -Infinity, (part, token, logprob) => {
      if (part === 'leak') return;
      masked[token] = logprob;
      sum.add(logprob);
    });
    // A row without canonical tokens stays empty: no cover continues from there.
    return sum.value === -Infinity ? masked : masked.map(logprob => logprob - sum.value);
  });
  return { tree, ends, rows, logprobs: pathLogprobs(tree, rows, scored.logprobs[0]!) };
}

/** [node], nats. `root`: the log-probability of the trunk. */
export function pathLogprobs(tree: CoverTree, rows: readonly LogprobRow[], root: number): number[] {
  const logprobs: number[] = [];
  for (const { parent, token } of tree.nodes) {
    logprobs.push(parent < 0 ? root : logprobs[parent]! + rows[parent]![token]!);
  }
  return logprobs;
}
