// How ONNX Runtime loads and runs a graph.
import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';
import type { InstrumentedGraph } from './instrumentedGraph';

/**
 * Prepacked weights run 1.3 times as fast, load three times as slowly and are a private copy; others are read in place,
 * from pages that the system shares. Beyond this size the copy does not pay.
 */
const MAX_PREPACKED_BYTES = 1 << 30;

/** Weights beyond `limit` bytes are not prepacked. */
export function sessionOptions(
  { weights, quantization }: InstrumentedGraph,
  limit = MAX_PREPACKED_BYTES,
) {
  const session: Record<string, unknown> = {
    model_external_initializers_file_folder_path: weights.root,
    // Spinning threads would take CPU time from the editor.
    intra_op: { allow_spinning: '0' },
  };
  // Products of 4-bit weights are thirty times as slow without prepacking.
  if (weights.sizeBytes > limit && quantization !== 'weight-only') session.disable_prepacking = '1';
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: threadCount(),
    interOpNumThreads: 1,
    // Errors that it would log are thrown as well.
    logSeverityLevel: 4,
    extra: { session },
  } satisfies InferenceSession.SessionOptions;
}

/** Leaves one core to the editor. */
export function threadCount(): number {
  return Math.min(4, Math.max(1, availableParallelism() - 1));
}
