// What a dtype costs: how far its log-probabilities are from those of the float32 export in the same folder, on a text
// of a few hundred tokens.
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { Backend } from './backend';
import { SAMPLE_TEXT } from './sampleText';

const MOST_TOKENS = 300;

export interface DtypeCost {
  readonly tokens: number;
  /** Per token: how much more it costs on average, how far it is apart on average and at most. */
  readonly moreBits: number;
  readonly apartBits: number;
  readonly mostBits: number;
  /** Share of places with the same likeliest token. */
  readonly sameTop: number;
}

/** `start`: the token before a text, if there is one. */
export async function dtypeCost(
  backend: Backend,
  exact: Backend,
  tokenizer: Tokenizer,
  start: number | undefined,
  contextTokens: number,
): Promise<DtypeCost> {
  const { ids } = tokenizer.encode(SAMPLE_TEXT);
  const before = start === undefined ? [] : [start];
  const tokens = Uint32Array.of(...before, ...ids).subarray(
    0,
    Math.min(MOST_TOKENS, contextTokens) + 1,
  );
  const request = {
    inputs: tokens.slice(0, -1),
    targets: tokens.slice(1),
    from: 0,
    topK: 1,
  };
  const [own, reference] = [await backend.score(request), await exact.score(request)];
  const apart = Array.from(own.logprobs, (nats, i) => (reference.logprobs[i]! - nats) / Math.LN2);
  const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  return {
    tokens: apart.length,
    moreBits: mean(apart),
    apartBits: mean(apart.map(Math.abs)),
    mostBits: apart.reduce((most, bits) => Math.max(most, Math.abs(bits)), 0),
    sameTop: mean(Array.from(own.topIds, (id, i) => Number(id === reference.topIds[i]))),
  };
}

export function describeCost({
  tokens,
  moreBits,
  apartBits,
  mostBits,
  sameTop,
}: DtypeCost): string {
  const bits = (x: number) => x.toPrecision(2);
  const more = `${bits(Math.abs(moreBits))} bits per token ${moreBits < 0 ? 'less' : 'more'}`;
  return (
    `${more} on ${tokens} tokens; ${bits(apartBits)} bits apart on average, ${bits(mostBits)} at most; ` +
    `the most likely token is the same for ${(sameTop * 100).toFixed(0)} %`
  );
}
