// What rollouts show: the share of correct answers when the model continues from each prefix of a trace, and the tokens
// at which that share falls. Only these tokens may be called critical.
import { wilsonInterval } from '../statistics';

/** Rollouts that continue after a token, or from before the first token (token -1). */
export interface CurvePoint {
  readonly token: number;
  readonly rollouts: number;
  readonly right: number;
}

/** The 95 % interval of the share of correct answers. */
export function shareInterval({
  right,
  rollouts,
}: Pick<CurvePoint, 'right' | 'rollouts'>): [low: number, high: number] {
  return wilsonInterval(right, rollouts);
}

export function areApart(one: CurvePoint, other: CurvePoint): boolean {
  const [[low, high], [otherLow, otherHigh]] = [shareInterval(one), shareInterval(other)];
  return low > otherHigh || otherLow > high;
}

/** A prefix with more than this share of correct rollouts has recovered. */
const RECOVERED = 3 / 64;

/**
 * The critical token (Lin et al. 2025, `analyse_all_token`): the first token after which no rollout is correct,
 * provided that no later prefix recovers; otherwise the last such token before a recovery. Undefined if there is none.
 * `points` are ascending.
 */
export function criticalToken(points: readonly CurvePoint[]): number | undefined {
  let found: number | undefined;
  let last: number | undefined;
  for (const { token, right, rollouts } of points) {
    if (token < 0) continue;
    if (right === 0 && rollouts > 0) found ??= token;
    if (found !== undefined && hasRecovered({ right, rollouts }))
      [last, found] = [found, undefined];
  }
  return found ?? last;
}

/** Whether a prefix after this token recovers. */
export function recoversAfter(points: readonly CurvePoint[], token: number): boolean {
  return points.some(point => point.token > token && hasRecovered(point));
}

function hasRecovered({ right, rollouts }: Pick<CurvePoint, 'right' | 'rollouts'>): boolean {
  return right > RECOVERED * rollouts;
}

export interface Fall {
  readonly token: number;
  readonly before: CurvePoint;
  readonly after: CurvePoint;
}

/**
 * A drop by more than this plus 1.645 standard errors of two proportions is a cliff (Ko, Kang, Lee, arXiv 2606.25524).
 */
const CLIFF = 0.1;
const ONE_SIDED = 1.645;

/** Tokens at which the share falls off a cliff; only if both sides of the token are known. */
export function cliffs(points: readonly CurvePoint[]): Fall[] {
  return steps(points).filter(({ before, after }) => {
    const [p, q] = [before.right / before.rollouts, after.right / after.rollouts];
    const error = Math.sqrt((p * (1 - p)) / before.rollouts + (q * (1 - q)) / after.rollouts);
    return p - q > CLIFF + ONE_SIDED * error;
  });
}

const PIVOT = 0.2;

/** Tokens at which the share changes by a fifth or more in either direction (Phi-4 report, arXiv 2412.08905). */
export function pivotal(points: readonly CurvePoint[]): Fall[] {
  return steps(points).filter(
    ({ before, after }) =>
      Math.abs(after.right / after.rollouts - before.right / before.rollouts) >= PIVOT,
  );
}

function steps(points: readonly CurvePoint[]): Fall[] {
  return points.flatMap((after, i): Fall[] => {
    const before = points[i - 1];
    return before && before.token === after.token - 1
      ? [{ token: after.token, before, after }]
      : [];
  });
}

/** Greedy and certain, greedy and uncertain, or not the most probable token: which of them other scores can detect. */
export type CliffClass = 'deterministic' | 'uncertain' | 'sampled off';

/** From the model's numbers for the token: its gap to the most probable token, and the entropy, in nats. */
export function cliffClass(gap: number, entropy: number): CliffClass {
  if (gap > 0) return 'sampled off';
  return entropy > Math.LN2 ? 'uncertain' : 'deterministic';
}

/**
 * The prefix to evaluate next, by the token that it ends with: both ends, then midpoints between two points that are
 * apart, then midpoints before the first zero, then the neighbours of a fall, then, with `all`, the rest. Without
 * `all`, a fall that recovers between two points that are not apart is missed. Undefined when done.
 */
export function nextPrefix(
  points: readonly CurvePoint[],
  last: number,
  all: boolean,
): number | undefined {
  const known = new Map(points.map(point => [point.token, point]));
  for (const end of [-1, last]) if (!known.has(end)) return end;
  const sorted = [...known.values()].sort((a, b) => a.token - b.token);
  let widest: [CurvePoint, CurvePoint] | undefined;
  for (let i = 1; i < sorted.length; i++) {
    const [before, after] = [sorted[i - 1]!, sorted[i]!];
    if (after.token - before.token < 2 || !areApart(before, after)) continue;
    if (!widest || after.token - before.token > widest[1].token - widest[0].token)
      widest = [before, after];
  }
  if (widest) return (widest[0].token + widest[1].token) >> 1;
  const critical = criticalToken(sorted);
  const before = sorted.findLast(({ token }) => critical !== undefined && token < critical);
  if (critical !== undefined && before && critical - before.token > 1) {
    return (critical + before.token) >> 1;
  }
  for (const { token } of pivotal(sorted)) {
    for (const near of [token - 2, token + 1]) {
      if (near > -1 && near < last && !known.has(near)) return near;
    }
  }
  if (!all) return undefined;
  for (let token = 0; token < last; token++) if (!known.has(token)) return token;
  return undefined;
}
