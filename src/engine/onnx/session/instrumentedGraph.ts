// Turns a model folder's .onnx file into the graph that is run: the same computation over the same weights on disk,
// with scores computed inside and the residual stream as outputs.
import { FLOAT, GraphError, type OnnxModel } from '../graph/graph';
import { makeNode, writeModel } from '../graph/writeGraph';
import {
  attentionKind,
  computesInHalf,
  keepActivationsExact,
  quantizationKind,
  type Quantization,
} from '../graph/graphTraits';
import { findResiduals, type Hook } from '../rewrite/residuals';
import { findRoles, type CacheShape, type Roles } from '../graph/graphRoles';
import { addScoring, opsetOf } from '../rewrite/scoring';
import { unembeddingModel } from '../rewrite/unembedding';
import { addSteering, hookTensor } from '../rewrite/hookPoints';
import { maskModel, type MaskModel } from '../rewrite/maskModel';
import { findAttentionWeights, type AttentionWeights } from '../rewrite/attentionWeights';
import { findRouters, type Router } from '../rewrite/routers';
import { addTreeMask, type TreeSupport } from '../rewrite/treeMask';
import { withCheckedGraph } from './checkedGraph';
import { locateWeights, type GraphFile, type Weights } from './weights';

export interface InstrumentedGraph {
  bytes: Uint8Array;
  roles: Roles;
  weights: Weights;
  opset: number;
  nodes: number;
  attention: string;
  quantization: Quantization;
  /** Whether it computes in half precision. */
  isHalf: boolean;
  /** The hooks, each with the name of its output, float [1, tokens, hidden]. */
  hooks: Hook[];
  hooksMissing: string | undefined;
  /** The outputs are floats. */
  attentionWeights: AttentionWeights;
  /** Of a mixture of experts, in the order of layers; empty for other models. The outputs are floats. */
  routers: readonly Router[];
  /** The model that computes logits from the last hook's tensor, if they depend on nothing else. */
  unembedding: Uint8Array | undefined;
  tree: TreeSupport;
  /** The model that computes the masks that trees replace, if they depend on lengths and positions alone. */
  masks: MaskModel | undefined;
  /** Whether the graph has the input `STEER`, which then must be fed. */
  isSteered: boolean;
}

/** What is known of a graph beforehand. */
export interface GraphShape extends CacheShape {
  /** Blocks in the model's configuration. */
  layers?: number | undefined;
}

/**
 * `noTree`: why the attention mask is left as it is. `hook`: a hook, perhaps beyond those of the residual stream, that
 * is to be fetched and steered. Throws `UserError` that names the file if the graph cannot be used.
 */
export function instrumentGraph(
  file: GraphFile,
  { layers, ...shape }: GraphShape = {},
  noTree?: string,
  hook?: string,
): InstrumentedGraph {
  return withCheckedGraph(file, model => {
    const opset = opsetOf(model);
    const nodes = model.graph.nodes.length;
    const roles = findRoles(model.graph, shape);
    const weights = locateWeights(model.graph, file);
    const attention = attentionKind(model.graph);
    const quantization = quantizationKind(model.graph);
    const isHalf = computesInHalf(model.graph);
    keepActivationsExact(model.graph);
    const { hooks, missing, unembedding } = checkedResiduals(model, roles, layers);
    const tree: TreeSupport =
      noTree === undefined ? addTreeMask(model.graph, roles) : { kind: 'none', reason: noTree };
    const masks = maskModel(model, roles, tree);
    if (hook !== undefined) addSteeredHook(model, hooks, hook);
    const fetched = (tensor: string) => addFloatOutput(model, tensor, isHalf);
    for (const each of hooks) each.tensor = fetched(each.tensor);
    const found = findAttentionWeights(model.graph, roles);
    const attentionWeights: AttentionWeights =
      found.kind === 'none' ? found : { ...found, tensors: found.tensors.map(fetched) };
    const routers = findRouters(model.graph).map(({ layer, tensor, shares }) => ({
      layer,
      tensor: fetched(tensor),
      shares: fetched(shares),
    }));
    addScoring(model, roles.logits);
    const bytes = writeModel(model);
    return {
      bytes,
      roles,
      weights,
      opset,
      nodes,
      attention,
      quantization,
      isHalf,
      hooks,
      hooksMissing: missing,
      attentionWeights,
      routers,
      unembedding,
      tree,
      masks,
      isSteered: hook !== undefined,
    };
  });
}

/**
 * Makes a hook one of `hooks`, with an input that is added there. Throws `GraphError` if the graph has no such hook.
 */
function addSteeredHook({ graph }: OnnxModel, hooks: Hook[], hook: string): void {
  const tensor = hookTensor(graph, hooks, hook);
  if (tensor === undefined || !addSteering(graph, tensor))
    throw new GraphError(`has no place for ${hook}: residual, attention and MLP outputs are found`);
  if (!hooks.some(each => each.hook === hook)) hooks.push({ hook, tensor });
}

/** The hooks, if the logits depend on the last of them only, which is what can be checked. */
function checkedResiduals(model: OnnxModel, { ids, logits }: Roles, layers: number | undefined) {
  const { hooks, missing } = findResiduals(model.graph, ids.name, layers);
  const last = hooks.at(-1);
  if (last === undefined) return { hooks, missing, unembedding: undefined };
  const unembedding = unembeddingModel(model, last.tensor, logits);
  if (unembedding !== undefined) return { hooks, missing, unembedding };
  return { hooks: [], missing: `the logits depend on more than "${last.tensor}"`, unembedding };
}

/**
 * Makes a tensor an output, once although it may be the end of one block and the start of the next. Answers the output's
 * name.
 */
function addFloatOutput({ graph }: OnnxModel, tensor: string, isHalf: boolean): string {
  const output = isHalf ? `${tensor}.float` : tensor;
  if (graph.outputs.some(({ name }) => name === output)) return output;
  if (isHalf) graph.nodes.push(makeNode('Cast', [tensor], [output], { to: { int: FLOAT } }));
  graph.outputs.push({ name: output, elementType: 0, shape: undefined });
  return output;
}
