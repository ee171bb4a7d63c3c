// Rollouts by prefix, sampling and seed. The same request gives the same rollouts, and a larger one begins with them.
import type { Sampling } from '../../core/traces/drawToken';
import type { Model } from '../models/model';

/** Tokens that are kept; beyond it the least recently used prefixes are dropped. */
const MAX_TOKENS = 8 << 20;
/** Rollouts in one request to the model. A cancel and other requests wait for no more than that. */
const REQUEST_ROLLOUTS = 32;

export interface RolloutRule extends Sampling {
  readonly seed: number;
  readonly maxTokens: number;
}

export class RolloutCache {
  /** The most recently used is last. */
  private readonly known = new Map<string, { prefix: number; written: Uint32Array[] }>();

  constructor(private readonly model: Model) {}

  /**
   * `count` continuations of the tokens, each with its end token if it has one. `place` gives each prefix of a trace
   * seeds of its own. Throws `Cancelled` when aborted.
   */
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
