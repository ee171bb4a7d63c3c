// Samples a token at a temperature, optionally from the most probable ones only.

export interface Sampling {
  /** 0: always the most probable token. */
  readonly temperature: number;
  /** The smallest set of most probable tokens with this total probability is sampled from; 1: all. */
  readonly topP: number;
}

/** `row`: logits or log-probabilities. `random` returns numbers in [0, 1) and is called at most once. */
export function drawToken(
  row: Float32Array | Float64Array,
  { temperature, topP }: Sampling,
  random: () => number,
): number {
  let likeliest = 0;
  for (let id = 1; id < row.length; id++) if (row[id]! > row[likeliest]!) likeliest = id;
  if (temperature === 0) return likeliest;
  const most = row[likeliest]!;
  const weights = new Float64Array(row.length);
  let total = 0;
  for (let id = 0; id < row.length; id++)
    total += weights[id] = Math.exp((row[id]! - most) / temperature);
  let least = 0;
  if (topP < 1) {
    const sorted = weights.slice().sort().reverse();
    let kept = 0;
    const end = sorted.findIndex(weight => (kept += weight) >= topP * total);
    least = sorted[end] ?? 0;
    total = weights.reduce((sum, weight) => sum + (weight >= least ? weight : 0), 0);
  }
  let at = random() * total;
  let token = likeliest;
  for (let id = 0; id < weights.length; id++) {
    if (weights[id]! < least || weights[id] === 0) continue;
    token = id;
    at -= weights[id]!;
    if (at < 0) break;
  }
  return token;
}
