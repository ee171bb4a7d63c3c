// How ONNX Runtime loads and runs a graph.
import { availableParallelism, totalmem } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';
import type { InstrumentedGraph } from './instrumentedGraph';

/**
 * Prepacked weights run 1.3 times as fast, load three times as slowly and are a private copy; others are read in place,
 * from pages that the system shares. Beyond this size the copy does not pay.
 */
const MAX_PREPACKED_BYTES = 1 << 30;

/**
 * Weights in half precision that are cast when the graph is loaded are as fast as float32 and take as much memory of this
 * process. Beyond this size they are cast in every run, and read from pages that the system shares: 200 tokens take 2.5
 * times as long, a token alone 5 to 9 times.
 */
const MAX_CAST_BYTES = Math.max(1.5e9, totalmem() / 2);

/** Spinning threads would take CPU time from the editor. */
const SESSION = { intra_op: { allow_spinning: '0' } };

/** What casts weights on loading, by ONNX Runtime's names. */
const CASTING = 'ConstantFolding;FuseFp16InitializerToFp32NodeTransformer';

/** Weights beyond `limit` bytes are not prepacked, and beyond `castLimit` bytes of float32 not cast on loading. */
export function sessionOptions(
  { weights, quantization }: Pick<InstrumentedGraph, 'weights' | 'quantization'>,
  limit = MAX_PREPACKED_BYTES,
  castLimit = MAX_CAST_BYTES,
) {
  // Where the graph computes in half precision, they are not cast at all.
  const castBytes = quantization === 'none' ? weights.halfBytes : 0;
  const floatBytes = weights.sizeBytes + castBytes;
  const session: Record<string, unknown> = {
    model_external_initializers_file_folder_path: weights.root,
    ...SESSION,
  };
  // Products of 4-bit weights are thirty times as slow without prepacking.
  if (floatBytes > limit && quantization !== 'weight-only') session.disable_prepacking = '1';
  const castsInRuns = castBytes > 0 && floatBytes > castLimit;
  return {
    executionProviders: ['cpu'],
    // It keeps what it once took: all weights in float32.
    enableCpuMemArena: !castsInRuns,
    intraOpNumThreads: threadCount(),
    interOpNumThreads: 1,
    // Errors that it would log are thrown as well.
    logSeverityLevel: 4,
    extra: {
      session,
      ...(castsInRuns && { optimization: { disable_specified_optimizers: CASTING } }),
    },
  } satisfies InferenceSession.SessionOptions;
}

/** Of a small graph of our own beside the model's. */
export function smallSessionOptions() {
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: threadCount(),
    interOpNumThreads: 1,
    // Errors that it would log are thrown as well.
    logSeverityLevel: 4,
    extra: { session: SESSION },
  } satisfies InferenceSession.SessionOptions;
}

/** Leaves one core to the editor. */
export function threadCount(): number {
  return Math.min(4, Math.max(1, availableParallelism() - 1));
}
