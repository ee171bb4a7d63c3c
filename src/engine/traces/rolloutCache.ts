// Rollouts that are remembered: the same prefix, sampling and seed give the same ones, and more of them begin with these.
import type { Sampling } from '../../core/traces/drawToken';
import type { Model } from '../models/model';

/** Tokens held at once; the prefixes that were not asked for the longest are forgotten. */
const MAX_TOKENS = 8 << 20;
/** Rollouts of one request: a cancel and other requests wait no longer than it takes. */
const REQUEST_ROLLOUTS = 32;

export interface RolloutRule extends Sampling {
  readonly seed: number;
  readonly maxTokens: number;
}

export class RolloutCache {
  /** The most recently used last. */
  private readonly known = new Map<string, { prefix: number; written: Uint32Array[] }>();

  constructor(private readonly model: Model) {}

  /** `count` continuations of the tokens, the end included where there is one. `place` tells their seeds from those of other prefixes. */
  async rolloutsAfter(
    tokens: readonly number[],
    place: number,
    count: number,
    rule: RolloutRule,
    signal: AbortSignal,
  ): Promise<readonly Uint32Array[]> {
    const { temperature, topP, maxTokens, seed } = rule;
    const key = `${temperature} ${topP} ${maxTokens} ${seed} ${place} ${tokens.join()}`;
    const written = [...(this.known.get(key)?.written ?? [])];
    while (written.length < count) {
      const length = Math.min(REQUEST_ROLLOUTS, count - written.length);
      const seeds = Uint32Array.from({ length }, (_, i) => seedOf(seed, place, written.length + i));
      const sampling = { temperature, topP, maxTokens, seeds };
      written.push(...(await this.model.sample(tokens, sampling, signal)));
    }
    this.known.delete(key);
    this.known.set(key, { prefix: tokens.length, written });
    this.forgetOld();
    return written.slice(0, count);
  }

  private forgetOld(): void {
    const sizeOf = ({ prefix, written }: { prefix: number; written: Uint32Array[] }) =>
      written.reduce((sum, { length }) => sum + length, prefix);
    let held = [...this.known.values()].reduce((sum, each) => sum + sizeOf(each), 0);
    for (const [key, each] of this.known) {
      if (held <= MAX_TOKENS) return;
      held -= sizeOf(each);
      this.known.delete(key);
    }
  }
}

function seedOf(seed: number, place: number, i: number): number {
  return Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(place + 2, 0x85ebca6b) ^ i;
}
