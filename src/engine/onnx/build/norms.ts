// Norms over the last dimension.
import type { Norm } from '../../models/architecture/architecture';
import type { LayerWeight, ModelWeight } from '../../models/architecture/weights';
import { FLOAT } from '../graph/graph';
import { makeInitializer } from '../graph/writeGraph';
import type { GraphWriter } from './graphWriter';

/** The norm of x [..., width], with the weights of a role. */
export function normed(
  graph: GraphWriter,
  norm: Norm,
  x: string,
  { layer, role }: { layer: number | null; role: LayerWeight | ModelWeight },
  width: number,
  name: string,
): string {
  const inputs = [x, scaleOf(graph, norm, { layer, role }, width, name)];
  if (norm.bias) inputs.push(graph.weight({ layer, role, part: 'bias' }, [width]));
  const attributes = { axis: { int: -1 }, epsilon: { float: norm.epsilon } };
  const opType = norm.kind === 'rms' ? 'SimplifiedLayerNormalization' : 'LayerNormalization';
  return graph.op(opType, inputs, name, attributes);
}

function scaleOf(
  graph: GraphWriter,
  norm: Norm,
  place: { layer: number | null; role: LayerWeight | ModelWeight },
  width: number,
  name: string,
): string {
  if (norm.weight === 'none') {
    const ones = `ones(${width})`;
    const data = new Float32Array(width).fill(1);
    return graph.constant(ones, () => makeInitializer(ones, FLOAT, [width], data));
  }
  const weight = graph.weight({ ...place, part: 'weight' }, [width]);
  if (norm.weight === 'stored') return weight;
  return graph.op('Add', [weight, graph.float(1)], `${name}/weight`);
}
