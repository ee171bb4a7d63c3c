// The self-test of an open graph: chunks against one run, the graph's scores against scores of its logits, and the
// residual stream against the expected width.
import type { Scores } from '../../../core/lenses/scores';
import { GraphError } from '../graph/graph';
import { SCORING } from '../rewrite/scoring';
import { selfTestRow, maxAbsDifference } from './selfTestRows';
import type { SelfTestRow } from '../../../protocol/models';
import type { GraphSession, RunResult } from './graphSession';
import { scoresOfLogits } from './logitScores';

/** At most; fewer where the model holds fewer. */
const MOST_TOKENS = 16;
/** Neither an even split nor a single token. */
const FIRST_CHUNK_TOKENS = 5;
const TOP_K = 8;
/** Of logits up to 32, which half precision holds in steps of 1/32. */
const HALF_TOLERANCE = 1 / 16;

export interface SelfTest {
  vocabSize: number;
  figures: SelfTestRow[];
  warnings: string[];
  /** Of the first chunk, as `shortRun` computes them. */
  logprobs: number[];
}

export async function selfTest(
  session: GraphSession,
  contextTokens = Infinity,
  hiddenSize?: number,
): Promise<SelfTest> {
  const tokens = Math.min(MOST_TOKENS, contextTokens);
  const firstTokens = Math.min(FIRST_CHUNK_TOKENS, tokens - 1);
  const { graph } = session;
  const vocabSize = await vocabSizeOf(session);
  const topK = Math.min(TOP_K, vocabSize);
  const { ids, targets } = sequenceOf(tokens, vocabSize);

  const lastHook = graph.hooks.at(-1)?.tensor;
  const fetch = [SCORING.logits, ...(lastHook === undefined ? [] : [lastHook])];
  const run = (start: number, end: number, past = session.emptyKeyValues, fetched: string[] = []) =>
    session.run({
      ids: ids.subarray(start, end),
      past,
      firstRow: 0,
      targets: targets.subarray(start, end),
      topK,
      fetch: fetched,
    });
  const whole = await run(0, tokens, undefined, fetch);
  const first = await run(0, firstTokens);
  const second = await run(firstTokens, tokens, first.present);
  const reference = scoresOfLogits(whole.fetched.get(SCORING.logits)!, vocabSize, targets, topK);

  const chunked = Float32Array.of(...first.scores.logprobs, ...second.scores.logprobs);
  const figures = [
    selfTestRow(
      'In chunks against whole, log-probability',
      'nats',
      toleranceOf(session),
      maxAbsDifference(chunked, whole.scores.logprobs),
    ),
    ...scoringFigures(whole.scores, reference, scoreTolerance(vocabSize)),
    ...(await hookFigures(session, whole, tokens, lastHook, hiddenSize)),
  ];
  const warnings = figures
    .filter(({ passed }) => !passed)
    .map(
      ({ name, value, tolerance, unit }) =>
        `${name}: off by ${value} ${unit}, more than ${tolerance}.`,
    );
  return { vocabSize, figures, warnings, logprobs: [...first.scores.logprobs] };
}

/** The first tokens of the test alone, as many as were kept. */
export function shortRun(
  session: GraphSession,
  vocabSize: number,
  tokens: number,
): Promise<RunResult> {
  const sequence = sequenceOf(tokens, vocabSize);
  const topK = Math.min(TOP_K, vocabSize);
  return session.run({ ...sequence, past: session.emptyKeyValues, firstRow: 0, topK });
}

/** Nats. */
export function toleranceOf({ graph }: GraphSession): number {
  return graph.isHalf ? HALF_TOLERANCE : 1e-4;
}

/** Any ids will do; these are spread over the vocabulary and the same at every load. */
function sequenceOf(tokens: number, vocabSize: number): { ids: Uint32Array; targets: Uint32Array } {
  const sequence = Uint32Array.from({ length: tokens + 1 }, (_, i) => (7 + i * 7919) % vocabSize);
  return { ids: sequence.subarray(0, tokens), targets: sequence.subarray(1) };
}

/** Nats. The graph adds up the vocabulary in float32, whose rounding grows with the number of terms. */
function scoreTolerance(vocabSize: number): number {
  return 1e-4 * Math.max(1, vocabSize / 131_072);
}

function scoringFigures(scores: Scores, reference: Scores, tolerance: number): SelfTestRow[] {
  const differing = (a: Uint32Array, b: Uint32Array) =>
    a.reduce((n, x, i) => n + Number(x !== b[i]), 0);
  const { logprobs, entropiesNats, varentropies, ranks, topIds } = scores;
  return [
    selfTestRow(
      'Scores against log-softmax, log-probability',
      'nats',
      tolerance,
      maxAbsDifference(logprobs, reference.logprobs),
    ),
    selfTestRow(
      'Scores against log-softmax, entropy',
      'nats',
      tolerance,
      maxAbsDifference(entropiesNats, reference.entropiesNats),
    ),
    selfTestRow(
      'Scores against log-softmax, varentropy',
      'nats²',
      1e-3,
      maxAbsDifference(varentropies, reference.varentropies),
    ),
    selfTestRow(
      'Scores against log-softmax, ranks that differ',
      'tokens',
      0,
      differing(ranks, reference.ranks),
    ),
    selfTestRow(
      'Scores against log-softmax, alternatives that differ',
      'tokens',
      0,
      differing(topIds, reference.topIds),
    ),
  ];
}

async function hookFigures(
  session: GraphSession,
  whole: RunResult,
  tokens: number,
  hook: string | undefined,
  hiddenSize: number | undefined,
): Promise<SelfTestRow[]> {
  if (hook === undefined) return [];
  const residuals = whole.fetched.get(hook)!;
  const figures: SelfTestRow[] = [];
  if (hiddenSize !== undefined) {
    const beyond = Math.abs(residuals.length / tokens - hiddenSize);
    figures.push(
      selfTestRow('Residual stream, width beyond the hidden size', 'numbers', 0, beyond),
    );
  }
  const logits = await session.logitsOfResiduals(residuals, tokens);
  if (logits !== undefined) {
    const difference = maxAbsDifference(logits, whole.fetched.get(SCORING.logits)!);
    const tolerance = session.graph.isHalf ? HALF_TOLERANCE : 1e-3;
    figures.push(
      selfTestRow('Logits of the last residual against logits', 'logits', tolerance, difference),
    );
  }
  return figures;
}

/** The size that the graph declares, or that of a run's logits. Throws `GraphError`. */
async function vocabSizeOf(session: GraphSession): Promise<number> {
  const declared = session.graph.roles.logits.shape?.at(-1);
  if (typeof declared === 'number' && declared > 0) return declared;
  const { fetched } = await session.run({
    ids: Uint32Array.of(0),
    past: session.emptyKeyValues,
    firstRow: 0,
    topK: 1,
    fetch: [SCORING.logits],
  });
  const size = fetched.get(SCORING.logits)?.length ?? 0;
  if (size === 0) throw new GraphError('returns no logits');
  return size;
}
