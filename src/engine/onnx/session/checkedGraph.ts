// The graph of an .onnx file without its weights, once it was found to be one that can be worked on.
import { UserError } from '../../../core/errors';
import { WireError } from '../../../core/wire';
import { withFile } from '../../files/fileSource';
import { checkConstantShapes } from '../graph/constantShapes';
import { readProto } from '../graph/externalise';
import { checkAcyclic, GraphError, type OnnxModel } from '../graph/graph';
import { checkNestedTensors } from '../graph/nestedTensors';
import { parseModel } from '../graph/readGraph';
import { OWN_FILE, type GraphFile } from './weights';

/** What `work` makes of the graph. Throws `UserError` that names the file where it, or the graph, is refused. */
export function withCheckedGraph<T>(
  { onnxPath, built }: GraphFile,
  work: (model: OnnxModel) => T,
): T {
  try {
    const model = parseModel(built ?? withFile(onnxPath, source => readProto(source, OWN_FILE)));
    if (model.graph.nodes.length === 0) throw new GraphError('holds no graph');
    checkAcyclic(model.graph);
    checkNestedTensors(model);
    checkConstantShapes(model.graph);
    return work(model);
  } catch (error) {
    if (error instanceof GraphError) throw new UserError(`${onnxPath} ${error.message}.`);
    if (error instanceof WireError)
      throw new UserError(
        `${onnxPath} is truncated or not an ONNX model (${error.message}). Download it again.`,
      );
    throw error;
  }
}
