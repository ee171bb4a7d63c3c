// Opens a graph that was built from an architecture, and says in the report what it was built from.
import { totalmem } from 'node:os';
import { UserError } from '../../../../core/errors';
import type { Architecture } from '../../architecture/architecture';
import type { Backend } from '../../backend';
import type { StartRuntime } from '../../source';
import { onnxBackend } from '../onnx/onnxBackend';
import { withinContext } from './withinContext';

export interface BuiltModel {
  readonly architecture: Architecture;
  /** The bytes of the graph; its external data are absolute paths. */
  readonly built: Uint8Array;
  readonly folder: string;
  /** The file that the architecture was read from, for messages. */
  readonly path: string;
  /** The file that the weights are from, and how many bytes of them there are. */
  readonly from: string;
  readonly weightBytes: number;
  /** What computed the numbers that tests of the family compare with, and how close they are. */
  readonly golden?: string;
}

/** The library whose numbers every family of checkpoints is compared with, in test/golden/architectures.json. */
export const GOLDEN_SOURCE = 'transformers 5.24.0';

/** Throws `UserError` if the model cannot be opened; at once if its weights are larger than `memory` in bytes. */
export async function openBuilt(
  {
    architecture,
    built,
    folder,
    path,
    from,
    weightBytes,
    golden = `${GOLDEN_SOURCE}, within 1e-4 nats`,
  }: BuiltModel,
  startRuntime: StartRuntime,
  memory = totalmem(),
): Promise<Backend> {
  const [needed, there] = [weightBytes, memory].map(bytes => `${(bytes / 1e9).toFixed(1)} GB`);
  if (weightBytes > memory)
    throw new UserError(
      `${from} has ${needed} of weights, and this machine has ${there} of memory. Choose a smaller or quantized model.`,
    );
  const runtime = startRuntime();
  try {
    const graph = await runtime.open({
      folder,
      onnxPath: path,
      built,
      contextTokens: architecture.contextTokens,
      hiddenSize: architecture.hiddenSize,
      layers: architecture.layers.length,
    });
    const backend = withinContext(onnxBackend(runtime, graph), architecture.contextTokens);
    const { facts, warnings } = backend.report;
    return {
      ...backend,
      report: {
        ...backend.report,
        facts: [
          ...facts.map(([name, value]) =>
            name === 'Graph' ? ([name, `built here; ${value}`] as const) : ([name, value] as const),
          ),
          ['Weights from', from],
          [
            'Architecture',
            `${architecture.family}; golden of the family: "${architecture.family}" of ${golden}`,
          ],
        ],
        warnings: [...architecture.warnings, ...warnings],
      },
    };
  } catch (error) {
    runtime.dispose();
    throw error;
  }
}
