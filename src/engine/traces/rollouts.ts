// Rollouts: how often the model reaches the right answer when it continues from a prefix of a trace.
import { availableParallelism } from 'node:os';
import { answerOfTarget, finalAnswer } from '../../core/traces/answers/finalAnswer';
import { isSameAnswer } from '../../core/traces/answers/sameAnswer';
import { nextPrefix, type CurvePoint } from '../../core/traces/successCurve';
import { UserError } from '../../core/errors';
import type {
  BranchView,
  RolloutAnswer,
  RolloutOptions,
  RolloutPoint,
} from '../../protocol/traces';
import type { Model } from '../models/model';
import { answersByPattern } from './answerPattern';
import { passesChecker } from './checker';
import { RolloutCache } from './rolloutCache';

export interface TraceTokens {
  /** Tokens of the text before the trace, and of the trace. */
  readonly before: readonly number[];
  readonly ids: readonly number[];
}

export interface RolloutPass {
  readonly signal: AbortSignal;
  /** Called after each prefix, with the points so far; `most` is how many there may be in all. */
  onPoint(points: readonly RolloutPoint[], most: number): void;
}

/**
 * Points of the success curve, in ascending order; token -1 is the prefix before the trace. With a `target` or a checker
 * they count right answers, otherwise those that agree with the most frequent answer from before the trace; the target
 * is null where no rollout from there has one. Throws `Cancelled` and `UserError`.
 */
export async function rollOut(
  model: Model,
  text: TraceTokens,
  options: RolloutOptions,
  pass: RolloutPass,
): Promise<{ points: RolloutPoint[]; target: string | null }> {
  const { before, ids } = text;
  const sampler = new RolloutSampler(model, before, options, pass.signal);
  const points = new Map<number, RolloutPoint>();
  const sorted = () => [...points.values()].sort((a, b) => a.token - b.token);
  let target = targetOf(options);
  const curve = (): CurvePoint[] => sorted();
  const last = ids.length - 1;
  const most = options.whole ? ids.length + 1 : Math.min(ids.length + 1, 24);
  for (;;) {
    const token = nextPrefix(curve(), last, options.whole);
    if (token === undefined) break;
    const written = await sampler.rolloutsAfter(ids.slice(0, token + 1), token);
    const found = await answersIn(written, options, pass.signal);
    const answers = countAnswers(found);
    // The model's opinion before the trace: that of a later prefix would be the trace's own.
    if (target === null && token === -1 && !hasChecker(options)) target = answers[0]?.text ?? null;
    const right = await countRight(written, found, target, options, pass.signal);
    points.set(token, { token, rollouts: written.length, right, answers });
    pass.onPoint(sorted(), most);
  }
  return { points: sorted(), target };
}

/** The model's greedy continuation of a prefix, and the answers of rollouts from there. */
export async function branchFrom(
  model: Model,
  { before, ids }: TraceTokens,
  options: RolloutOptions,
  signal: AbortSignal,
): Promise<BranchView> {
  const sampler = new RolloutSampler(model, before, options, signal);
  const text = await sampler.mostLikely(ids);
  const written = await sampler.rolloutsAfter(ids, ids.length - 1);
  const found = await answersIn(written, options, signal);
  const target = targetOf(options);
  const right = await countRight(written, found, target, options, signal);
  return { text, answers: countAnswers(found), right, rollouts: written.length, target };
}

/** `text`: the trace's prefix with its continuation. `hasEnded`: whether that ended before the limit of tokens. */
type Rollout = { readonly text: string; readonly hasEnded: boolean };

function hasChecker({ checker }: RolloutOptions): boolean {
  return (checker?.length ?? 0) > 0;
}

function targetOf({ target }: RolloutOptions): string | null {
  return target === undefined ? null : answerOfTarget(target);
}

/** Undefined for a rollout that did not end, or that has none. */
async function answersIn(
  rollouts: readonly Rollout[],
  { pattern }: RolloutOptions,
  signal: AbortSignal,
): Promise<(string | undefined)[]> {
  if (!pattern) {
    return rollouts.map(({ text, hasEnded }) => (hasEnded ? finalAnswer(text) : undefined));
  }
  const texts = rollouts.flatMap(({ text, hasEnded }) => (hasEnded ? [text] : []));
  const found = await answersByPattern(pattern, texts, signal);
  return rollouts.map(({ hasEnded }) => (hasEnded ? found.shift() : undefined));
}

/** How many are right. As many checkers as there are cores run at once; aborting stops them. */
async function countRight(
  written: readonly Rollout[],
  answers: readonly (string | undefined)[],
  target: string | null,
  { checker }: RolloutOptions,
  signal: AbortSignal,
): Promise<number> {
  if (!checker?.length) {
    return answers.filter(
      answer => target !== null && answer !== undefined && isSameAnswer(answer, target),
    ).length;
  }
  let right = 0;
  const left = written.filter(({ hasEnded }) => hasEnded);
  const check = async () => {
    try {
      for (let next = left.pop(); next; next = left.pop())
        if (await passesChecker(checker, next.text, signal)) right++;
    } finally {
      // If one fails, the others need not continue.
      left.length = 0;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, check));
  return right;
}

/** The most frequent first. */
function countAnswers(answers: readonly (string | undefined)[]): RolloutAnswer[] {
  const counts = new Map<string, number>();
  for (const answer of answers) {
    if (answer === undefined) continue;
    const same = [...counts.keys()].find(other => isSameAnswer(other, answer)) ?? answer;
    counts.set(same, (counts.get(same) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => ({ text, count })).sort((a, b) => b.count - a.count);
}

const caches = new WeakMap<Model, RolloutCache>();

class RolloutSampler {
  private readonly cache: RolloutCache;

  /** Throws `UserError` if no token of the model ends a text. */
  constructor(
    private readonly model: Model,
    private readonly before: readonly number[],
    private readonly options: RolloutOptions,
    private readonly signal: AbortSignal,
  ) {
    model.checkEnds();
    this.cache = caches.get(model) ?? new RolloutCache(model);
    caches.set(model, this.cache);
  }

  /** Rollouts after a prefix of the trace, whose last token is `place`. The same seed draws the same ones. */
  async rolloutsAfter(prefix: readonly number[], place: number): Promise<Rollout[]> {
    const { rollouts, seed, temperature, topP } = this.options;
    const rule = { temperature, topP, seed, maxTokens: this.roomAfter(prefix, place) };
    const tokens = [...this.before, ...prefix];
    const written = await this.cache.rolloutsAfter(tokens, place, rollouts, rule, this.signal);
    return written.map(tokens => this.rolloutOf(prefix, tokens));
  }

  async mostLikely(prefix: readonly number[]): Promise<string> {
    const maxTokens = this.roomAfter(prefix, prefix.length - 1);
    const rule = { temperature: 0, topP: 1, maxTokens, seeds: Uint32Array.of(0) };
    const [tokens] = await this.model.sample([...this.before, ...prefix], rule, this.signal);
    return this.rolloutOf(prefix, tokens!).text;
  }

  /** Tokens that a rollout may have. Throws `UserError` if the model's context has room for none. */
  private roomAfter(prefix: readonly number[], place: number): number {
    const { contextTokens, name } = this.model.info;
    const room = contextTokens - this.before.length - prefix.length - 1;
    if (room >= 1) return Math.min(this.options.maxTokens, room);
    const where = place < 0 ? 'from its beginning' : `after the token with index ${place}, from 0`;
    throw new UserError(
      `The trace exceeds the context of ${name} (${contextTokens} tokens), so nothing can be rolled out ${where}.`,
    );
  }

  private rolloutOf(prefix: readonly number[], written: Uint32Array): Rollout {
    const hasEnded = this.model.endsText(written.at(-1)!);
    const own = hasEnded ? written.subarray(0, -1) : written;
    const bytes = [...prefix, ...own].map(id => this.model.tokenizer.bytesOf(id));
    return { text: Buffer.concat(bytes).toString('utf8'), hasEnded };
  }
}
