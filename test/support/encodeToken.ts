// The encoder of a sparse autoencoder in float64 sums: the reference for the graph that encodes whole texts.
import { largest, preActivations } from '../../src/core/sae/encode';
import type { Activation, Sae } from '../../src/core/sae/sae';

/** z [F] of one token's x [d]. */
export function encodeToken(sae: Sae, x: Float32Array): Float64Array {
  const z = preActivations(sae, x);
  (activations[sae.activation.kind] as (u: Float64Array, by: Activation) => void)(
    z,
    sae.activation,
  );
  return z;
}

/** By kind: applies the activation to a row of u [F], in place. */
const activations: {
  [K in Activation['kind']]: (u: Float64Array, by: Extract<Activation, { kind: K }>) => void;
} = {
  threshold: (u, { threshold }) =>
    u.forEach((value, f) => (u[f] = value > threshold[f]! ? value : 0)),
  topK(u, { k }) {
    const kept = new Set(largest(u, k));
    u.forEach((value, f) => (u[f] = kept.has(f) && value > 0 ? value : 0));
  },
  groupMax(u, { k }) {
    const size = u.length / k;
    for (let start = 0; start < u.length; start += size) {
      const group = u.subarray(start, start + size);
      const [best = 0] = largest(group, 1);
      group.forEach((value, f) => (group[f] = f === best && value > 0 ? value : 0));
    }
  },
  gated: (u, { gate, scale, bias }) =>
    u.forEach(
      (value, f) => (u[f] = value > gate[f]! ? Math.max(0, value * scale[f]! + bias[f]!) : 0),
    ),
};
