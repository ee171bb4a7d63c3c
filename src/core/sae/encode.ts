// The maths of sparse autoencoders for one token at a time, in float64 sums: how near each feature of a token was to
// firing, and what features decode to. The graph that encodes whole texts is tested against it.
import type { NormKind, Sae } from './sae';

/** Inverts a normalisation: y · scale + offset. */
export interface Undo {
  readonly scale: number;
  readonly offset: number;
}

const LAYER_NORM_EPSILON = 1e-5;

/** By kind: normalises x in place and returns the inverse. */
const norms: Record<NormKind, (x: Float64Array) => Undo> = {
  none: () => ({ scale: 1, offset: 0 }),
  constantNorm(x) {
    const scale = Math.sqrt(x.length) / (lengthOf(x) || 1);
    x.forEach((value, i) => (x[i] = value * scale));
    return { scale: 1 / scale, offset: 0 };
  },
  layerNorm(x) {
    const mean = meanOf(x);
    const squares = x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const scale = Math.sqrt(squares / (x.length - 1)) + LAYER_NORM_EPSILON;
    x.forEach((value, i) => (x[i] = (value - mean) / scale));
    return { scale, offset: mean };
  },
  centre(x) {
    const mean = meanOf(x);
    x.forEach((value, i) => (x[i] = value - mean));
    return { scale: 1, offset: 0 };
  },
};

/** Indices of the k largest values; ties go to the lower index. */
export function largest(values: ArrayLike<number>, k: number): number[] {
  return Array.from({ length: values.length }, (_, i) => i)
    .sort((a, b) => values[b]! - values[a]! || a - b)
    .slice(0, k);
}

/** u [F] of one token's x [d]. */
export function preActivations(sae: Sae, x: Float32Array): Float64Array {
  const { h } = normalize(sae, x);
  const u = Float64Array.from(sae.encoderBias);
  for (let i = 0; i < sae.width; i++) {
    const row = sae.encoder.subarray(i * sae.features, (i + 1) * sae.features);
    const value = h[i]!;
    for (let f = 0; f < row.length; f++) u[f]! += value * row[f]!;
  }
  return u;
}

/** norm(x) - shift, and the inverse of the normalisation. */
export function normalize({ norm, shift }: Sae, x: ArrayLike<number>) {
  const h = new Float64Array(x);
  const undo = norms[norm](h);
  if (shift) shift.forEach((value, i) => (h[i]! -= value));
  return { h, undo };
}

/** x̂ [d'] of one token's x [d], from the features that fire and their values. */
export function decodeToken(
  sae: Sae,
  x: ArrayLike<number>,
  features: ArrayLike<number>,
  values: ArrayLike<number>,
): Float64Array {
  const out = new Float64Array(sae.decoderBias);
  for (let i = 0; i < features.length; i++) addRow(out, sae.decoder, features[i]!, values[i]!);
  if (sae.norm !== 'none') {
    const { undo } = normalize(sae, x);
    for (let i = 0; i < out.length; i++) out[i] = out[i]! * undo.scale + undo.offset;
  }
  if (sae.skip) for (let i = 0; i < sae.width; i++) addRow(out, sae.skip, i, x[i]!);
  return out;
}

function addRow(out: Float64Array, rows: Float32Array, row: number, by: number): void {
  const { length } = out;
  for (let i = 0, at = row * length; i < length; i++, at++) out[i]! += by * rows[at]!;
}

export function lengthOf(x: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < x.length; i++) squares += x[i]! ** 2;
  return Math.sqrt(squares);
}

function meanOf(x: Float64Array): number {
  return x.reduce((sum, value) => sum + value, 0) / x.length;
}
