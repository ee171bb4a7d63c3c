// A loaded encoder up to its delete gate: reads bytes as ids, and answers the gate's value of each.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { UserError } from '../../../core/errors';
import { FLOAT, GraphError, INT64, type Graph, type ValueInfo } from '../graph/graph';
import { writeModel } from '../graph/writeGraph';
import { withCheckedGraph } from './checkedGraph';
import { explainRuntimeError } from './runtimeErrors';
import { sessionOptions } from './sessionOptions';
import { locateWeights, type GraphFile } from './weights';

const INPUT = 'input_ids';
const OUTPUT = 'gate';

export class GateSession {
  private constructor(
    private readonly session: InferenceSession,
    private readonly path: string,
  ) {}

  /** `ids`: on which it is tried. Throws `UserError` if the graph is no gate, or fails on them. */
  static async open(file: GraphFile, ids: Uint32Array): Promise<GateSession> {
    const { onnxPath } = file;
    const { bytes, weights } = withCheckedGraph(file, model => {
      checkGate(model.graph);
      const weights = locateWeights(model.graph, file);
      return { bytes: writeModel(model), weights };
    });
    let session: InferenceSession;
    try {
      session = await InferenceSession.create(
        bytes,
        sessionOptions({ weights, quantization: 'none' }),
      );
    } catch (error) {
      throw explainRuntimeError(error, `${onnxPath} was refused by ONNX Runtime`);
    }
    const gate = new GateSession(session, onnxPath);
    try {
      await gate.run(ids);
      return gate;
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  /** [input] */
  async run(inputs: Uint32Array): Promise<Float32Array> {
    const ids = BigInt64Array.from(inputs, BigInt);
    let values;
    try {
      const feeds = { [INPUT]: new Tensor('int64', ids, [1, ids.length]) };
      ({ data: values } = (await this.session.run(feeds, [OUTPUT]))[OUTPUT]!);
    } catch (error) {
      throw explainRuntimeError(error, `${this.path} was loaded but cannot be run on bytes`);
    }
    if (!(values instanceof Float32Array) || values.length !== inputs.length)
      throw new UserError(`${this.path} does not return one number per byte.`);
    if (!values.every(Number.isFinite))
      throw new UserError(`${this.path} returns a value that is not a number.`);
    return values;
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

/** Throws `GraphError` unless it takes ids [batch, length] alone and gives a number for each. */
function checkGate({ inputs, outputs, initializers }: Graph): void {
  const weights = new Set(initializers.map(({ name }) => name));
  const fed = inputs.filter(({ name }) => !weights.has(name));
  const isIds = ({ name, elementType }: ValueInfo) => name === INPUT && elementType === INT64;
  const isGate = ({ name, elementType }: ValueInfo) => name === OUTPUT && elementType === FLOAT;
  if (fed.length !== 1 || !fed.every(isIds))
    throw new GraphError(
      `is not a delete gate: it should take "${INPUT}" in int64 as its only input, but takes ${namesOf(fed)}`,
    );
  if (!outputs.some(isGate))
    throw new GraphError(
      `is not a delete gate: it should return "${OUTPUT}" in float32, but returns ${namesOf(outputs)}`,
    );
}

const namesOf = (infos: readonly ValueInfo[]) =>
  infos.map(({ name }) => `"${name}"`).join(', ') || 'nothing';
