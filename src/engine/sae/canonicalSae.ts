// Brings the tensors of a format into the canonical form of autoencoders, with every scale folded into the weights.
import type { Activation, Sae, SaeSource } from '../../core/sae/sae';
import { UserError } from '../../core/errors';
import { toSharedMemory, type Tensor } from './tensors';

/** What a format's reader returns, before shapes are checked. d: width, F: features, d': width of the output. */
export interface SaeParts {
  /** Of the format, if it has several. */
  readonly variant?: string;
  /** [d, F], or [F, d] by `encoderIs`. */
  readonly encoder: Tensor;
  readonly encoderIs: 'dF' | 'Fd';
  /** [F, d'], or [d', F] by `decoderIs`. */
  readonly decoder: Tensor;
  readonly decoderIs: 'Fd' | 'dF';
  readonly encoderBias: Float32Array | undefined;
  readonly decoderBias: Float32Array;
  readonly shift: Float32Array | undefined;
  readonly activation: Activation;
  readonly norm?: Sae['norm'];
  /** [d, d'] or, as most keep it, [d', d]. */
  readonly skip?: { tensor: Tensor; is: 'in-out' | 'out-in' } | undefined;
  readonly source: SaeSource;
  /** Sizes in the configuration, which are compared with the tensors' shapes. */
  readonly claims?: { width?: unknown; features?: unknown };
}

export const noSource: SaeSource = {
  hook: null,
  hookOut: null,
  model: null,
  neuronpedia: null,
  contextTokens: null,
  firstPosition: 0,
  centred: false,
  density: null,
};

/** Throws `UserError` with both numbers if two shapes do not fit. */
export function assembleSae(path: string, format: string, parts: SaeParts): Sae {
  const encoder = parts.encoderIs === 'dF' ? parts.encoder : transpose(parts.encoder);
  const decoder = parts.decoderIs === 'Fd' ? parts.decoder : transpose(parts.decoder);
  const [width = 0, features = 0] = encoder.shape;
  const [rows = 0, outWidth = 0] = decoder.shape;
  const check = (what: string, found: number, wanted: number) => {
    if (found === wanted) return;
    throw new UserError(`${path}: ${what} is ${found} where the encoder has ${wanted}.`);
  };
  const { claims = {} } = parts;
  if (typeof claims.width === 'number')
    check('the width in its configuration', claims.width, width);
  if (typeof claims.features === 'number')
    check('the number of features in its configuration', claims.features, features);
  check("the decoder's number of features", rows, features);
  if (parts.shift) check("the bias before the encoder's width", parts.shift.length, width);
  if (parts.encoderBias)
    check("the length of the encoder's bias", parts.encoderBias.length, features);
  if (parts.decoderBias.length !== outWidth)
    throw new UserError(
      `${path}: the decoder's bias has ${parts.decoderBias.length} numbers, the decoder ${outWidth}.`,
    );
  const skip = parts.skip?.is === 'out-in' ? transpose(parts.skip.tensor) : parts.skip?.tensor;
  if (skip) check("the skip connection's width", skip.shape[0] ?? 0, width);
  const { activation } = parts;
  if (activation.kind === 'threshold')
    check('the number of thresholds', activation.threshold.length, features);
  return {
    name: parts.variant === undefined ? format : `${format} ${parts.variant}`,
    width,
    outWidth,
    features,
    encoder: encoder.data,
    encoderBias: parts.encoderBias ?? toSharedMemory(features),
    shift: parts.shift ?? null,
    decoder: decoder.data,
    decoderBias: parts.decoderBias,
    skip: skip?.data ?? null,
    norm: parts.norm ?? (parts.source.centred ? 'centre' : 'none'),
    activation,
    source: parts.source,
  };
}

export function transpose({ shape: [rows = 0, columns = 0], data }: Tensor): Tensor {
  const out = toSharedMemory(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = data[row * columns + column]!;
  return { shape: [columns, rows], data: out };
}

/** Thresholds below 0 become 0: ReLU(u) · 1[u > θ] is the same for both. */
export function thresholds(values: Float32Array): Activation {
  return { kind: 'threshold', threshold: mapValues(values, value => Math.max(0, value)) };
}

export function relu(features: number): Activation {
  return { kind: 'threshold', threshold: toSharedMemory(features) };
}

export function constantThreshold(features: number, value: number): Activation {
  return thresholds(new Float32Array(features).fill(value));
}

export function mapValues(
  values: Float32Array,
  by: (value: number, index: number) => number,
): Float32Array {
  const out = toSharedMemory(values.length);
  for (let i = 0; i < values.length; i++) out[i] = by(values[i]!, i);
  return out;
}

/** Row r of [rows, columns] times by[r]. */
export function scaleRows({ shape, data }: Tensor, by: (row: number) => number): Tensor {
  const columns = shape[1]!;
  return { shape, data: mapValues(data, (value, i) => value * by(Math.floor(i / columns))) };
}

/** Column c of [rows, columns] times by[c]. */
export function scaleColumns({ shape, data }: Tensor, by: (column: number) => number): Tensor {
  const columns = shape[1]!;
  return { shape, data: mapValues(data, (value, i) => value * by(i % columns)) };
}

/** The Euclidean length of each row. */
export function rowLengths({ shape: [rows = 0, columns = 0], data }: Tensor): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) =>
    Math.sqrt(
      data
        .subarray(row * columns, (row + 1) * columns)
        .reduce((sum, value) => sum + value * value, 0),
    ),
  );
}

/** Folds a scale `s` that x is multiplied with first into the weights. */
export function foldScale(parts: SaeParts, s: number): SaeParts {
  const by = (values: Float32Array) => mapValues(values, value => value / s);
  return {
    ...parts,
    encoder: { ...parts.encoder, data: mapValues(parts.encoder.data, value => value * s) },
    decoder: { ...parts.decoder, data: by(parts.decoder.data) },
    decoderBias: by(parts.decoderBias),
    shift: parts.shift && by(parts.shift),
  };
}
