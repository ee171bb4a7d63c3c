// Frequencies of rotary position embeddings, in float64, with the scalings for longer texts that published models use:
// linear, Llama 3's, YaRN (Peng et al. 2023, arXiv 2309.00071) and LongRoPE's short table (Ding et al. 2024, arXiv
// 2402.13753). As transformers' modeling_rope_utils.py computes them.

/** base^(-2i / turned) for i < turned / 2. */
export function frequenciesOf(base: number, turned: number): number[] {
  return Array.from({ length: turned / 2 }, (_, i) => base ** ((-2 * i) / turned));
}

/** Low frequencies are divided by `factor`, high ones are kept, those between are mixed. */
export function llama3Frequencies(
  frequencies: readonly number[],
  scaling: {
    readonly factor: number;
    readonly lowFrequencyFactor: number;
    readonly highFrequencyFactor: number;
    readonly originalContext: number;
  },
): number[] {
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContext } = scaling;
  return frequencies.map(frequency => {
    const turns = (originalContext * frequency) / (2 * Math.PI);
    if (turns > high) return frequency;
    if (turns < low) return frequency / factor;
    const smooth = (turns - low) / (high - low);
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  });
}

export interface YarnScaling {
  readonly factor: number;
  readonly originalContext: number;
  readonly betaFast: number;
  readonly betaSlow: number;
  /** Whether the bounds of the ramp are rounded outwards. */
  readonly truncates: boolean;
}

/** A ramp between the frequencies and these divided by `factor`. */
export function yarnFrequencies(base: number, turned: number, scaling: YarnScaling): number[] {
  const { factor, originalContext, betaFast, betaSlow, truncates } = scaling;
  const boundOf = (turns: number) =>
    (turned * Math.log(originalContext / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const [low, high] = [boundOf(betaFast), boundOf(betaSlow)];
  const from = Math.max(truncates ? Math.floor(low) : low, 0);
  const to = Math.min(truncates ? Math.ceil(high) : high, turned - 1);
  const length = from === to ? 0.001 : to - from;
  return frequenciesOf(base, turned).map((frequency, i) => {
    const ramp = Math.min(1, Math.max(0, (i - from) / length));
    return (frequency / factor) * ramp + frequency * (1 - ramp);
  });
}

/** The factor of cosines and sines that YaRN's authors advise. */
export function yarnMagnitude(factor: number, scale = 1): number {
  return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
}

/** LongRoPE's. */
export function longRopeMagnitude(factor: number, originalContext: number): number {
  return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalContext));
}
