// Rollouts: how often the model comes to the right answer when it goes on from a prefix of a trace.
import { randomOf } from '../../core/completion/random';
import { finalAnswer, isSameAnswer } from '../../core/traces/answers';
import { nextPrefix, type CurvePoint } from '../../core/traces/curve';
import type { Row, TokenModel } from '../../core/bytes/model';
import { Cancelled, UserError } from '../../protocol/channel';
import type {
  BranchView,
  RolloutAnswer,
  RolloutOptions,
  RolloutPoint,
} from '../../protocol/traces';
import type { Model } from '../model';
import { isRightBy } from './checker';

/** Rows that are remembered, in numbers: rollouts of one prefix often begin alike. */
const KEPT = 16 << 20;

export interface RolledText {
  /** Of the text up to where the trace begins, and of the trace. */
  readonly before: readonly number[];
  readonly ids: readonly number[];
}

export interface RolloutPass {
  readonly signal: AbortSignal;
  /** Called behind each prefix. */
  onPoint(points: readonly RolloutPoint[], most: number): void;
}

/**
 * Points of the curve, ascending: token -1 is before the first of the trace. With `target` or a checker they count right
 * answers, else those that agree with the most frequent one from before the trace. Throws `Cancelled` and `UserError`.
 */
export async function rollOut(
  model: Model,
  text: RolledText,
  options: RolloutOptions,
  pass: RolloutPass,
): Promise<{ points: RolloutPoint[]; target: string | null }> {
  const { before, ids } = text;
  const roller = new Roller(model, before, options, pass.signal);
  const points = new Map<number, RolloutPoint>();
  const sorted = () => [...points.values()].sort((a, b) => a.token - b.token);
  let target = options.target ?? null;
  const curve = (): CurvePoint[] => sorted();
  const last = ids.length - 1;
  const most = options.whole ? ids.length + 1 : Math.min(ids.length + 1, 24);
  for (;;) {
    const token = nextPrefix(curve(), last, options.whole);
    if (token === undefined) break;
    const written = await roller.from(ids.slice(0, token + 1), token);
    const answers = answersOf(written, options);
    if (target === null && !options.checker) target = answers[0]?.text ?? null;
    let right = 0;
    for (const rollout of written) {
      if (pass.signal.aborted) throw new Cancelled();
      if (await isRight(rollout, target, options)) right++;
    }
    points.set(token, { token, rollouts: written.length, right, answers });
    pass.onPoint(sorted(), most);
  }
  return { points: sorted(), target };
}

/** How the model goes on behind a prefix, always by the likeliest token, and where rollouts come to. */
export async function branchFrom(
  model: Model,
  { before, ids }: RolledText,
  options: RolloutOptions,
  signal: AbortSignal,
): Promise<BranchView> {
  const roller = new Roller(model, before, options, signal);
  const text = await roller.likeliest(ids);
  const written = await roller.from(ids, ids.length - 1);
  const answers = answersOf(written, options);
  const target = options.target ?? null;
  let right = 0;
  for (const rollout of written) if (await isRight(rollout, target, options)) right++;
  return { text, answers, right, rollouts: written.length, target };
}

/** The whole text of the trace as the rollout has it; undefined where it did not end. */
type Rollout = { readonly text: string; readonly hasEnded: boolean };

function ruleOf({ pattern }: RolloutOptions) {
  return pattern ? ({ kind: 'pattern', pattern } as const) : ({ kind: 'auto' } as const);
}

async function isRight(
  { text, hasEnded }: Rollout,
  target: string | null,
  options: RolloutOptions,
): Promise<boolean> {
  if (!hasEnded) return false;
  if (options.checker?.length) return isRightBy(options.checker, text);
  const answer = finalAnswer(text, ruleOf(options));
  return target !== null && answer !== undefined && isSameAnswer(answer, target);
}

/** The most frequent first. */
function answersOf(rollouts: readonly Rollout[], options: RolloutOptions): RolloutAnswer[] {
  const counts = new Map<string, number>();
  for (const { text, hasEnded } of rollouts) {
    const answer = hasEnded ? finalAnswer(text, ruleOf(options)) : undefined;
    if (answer === undefined) continue;
    const same = [...counts.keys()].find(other => isSameAnswer(other, answer)) ?? answer;
    counts.set(same, (counts.get(same) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => ({ text, count })).sort((a, b) => b.count - a.count);
}

class Roller {
  private readonly rows = new Map<string, Row>();
  private readonly asked: TokenModel;

  constructor(
    private readonly model: Model,
    private readonly before: readonly number[],
    private readonly options: RolloutOptions,
    private readonly signal: AbortSignal,
  ) {
    this.asked = model.asTokenModel(signal);
    model.checkEnds();
  }

  /** Rollouts behind tokens of the trace. The same seed draws the same ones. */
  async from(prefix: readonly number[], place: number): Promise<Rollout[]> {
    const { tokenizer, info } = this.model;
    const { rollouts, seed, maxTokens } = this.options;
    const room = Math.min(maxTokens, info.contextTokens - this.before.length - prefix.length - 1);
    if (room < 1) {
      throw new UserError(
        `The trace is longer than ${info.name} holds (${info.contextTokens} tokens): nothing can be rolled out behind token ${place + 1}.`,
      );
    }
    this.rows.clear();
    const written: Rollout[] = [];
    for (let i = 0; i < rollouts; i++) {
      const random = randomOf(
        Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(place + 2, 0x85ebca6b) ^ i,
      );
      const tokens = [...prefix];
      let hasEnded = false;
      for (let step = 0; step < room && !hasEnded; step++) {
        if (this.signal.aborted) throw new Cancelled();
        const token = this.draw(await this.rowBehind(tokens), random);
        hasEnded = this.asked.ends.includes(token);
        if (!hasEnded) tokens.push(token);
      }
      const bytes = Buffer.concat(tokens.map(id => tokenizer.bytesOf(id)));
      written.push({ text: bytes.toString('utf8'), hasEnded });
    }
    return written;
  }

  async likeliest(prefix: readonly number[]): Promise<string> {
    const tokens = [...prefix];
    const { contextTokens } = this.model.info;
    const most = Math.min(
      this.options.maxTokens,
      contextTokens - this.before.length - tokens.length,
    );
    for (let step = 0; step < most; step++) {
      if (this.signal.aborted) throw new Cancelled();
      const row = await this.rowBehind(tokens);
      let token = 0;
      for (let id = 1; id < row.length; id++) if (row[id]! > row[token]!) token = id;
      if (this.asked.ends.includes(token)) break;
      tokens.push(token);
    }
    return Buffer.concat(tokens.map(id => this.model.tokenizer.bytesOf(id))).toString('utf8');
  }

  private async rowBehind(tokens: readonly number[]): Promise<Row> {
    const key = tokens.join();
    const known = this.rows.get(key);
    if (known) return known;
    const root = { parent: -1, token: -1 };
    const [row] = await this.asked.rows([...this.before, ...tokens], [root], [0]);
    if (this.rows.size * row!.length < KEPT) this.rows.set(key, row!);
    return row!;
  }

  /** By the model as it is: no token is ruled out. */
  private draw(row: Row, random: () => number): number {
    return drawToken(row, this.options, random);
  }
}

/** A token of a row of log-probabilities. */
export function drawToken(
  row: Row,
  { temperature, topP }: Pick<RolloutOptions, 'temperature' | 'topP'>,
  random: () => number,
): number {
  let most = -Infinity;
  for (const logprob of row) most = Math.max(most, logprob);
  const weights = Float64Array.from(row, logprob => Math.exp((logprob - most) / temperature));
  let total = weights.reduce((sum, weight) => sum + weight, 0);
  let least = 0;
  if (topP < 1) {
    const sorted = weights.slice().sort().reverse();
    let kept = 0;
    const end = sorted.findIndex(weight => (kept += weight) >= topP * total);
    least = sorted[end] ?? 0;
    total = weights.reduce((sum, weight) => sum + (weight >= least ? weight : 0), 0);
  }
  let at = random() * total;
  let token = 0;
  for (let id = 0; id < weights.length; id++) {
    if (weights[id]! < least || weights[id] === 0) continue;
    token = id;
    at -= weights[id]!;
    if (at < 0) break;
  }
  return token;
}
