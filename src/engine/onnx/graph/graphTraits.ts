// The kinds of attention and of quantization of a graph, by its operators, and a change that makes quantized products
// reproducible.
import { FLOAT16, readersOf, type Graph } from './graph';
import { innerGraphs, intAttribute } from './readGraph';
import { makeAttribute } from './writeGraph';

export type Quantization = 'none' | 'fp16' | 'weight-only' | 'dynamic-int8';

const FUSED_ATTENTION = [
  'GroupQueryAttention',
  'MultiHeadAttention',
  'DecoderMaskedMultiHeadAttention',
  'SparseAttention',
  'Attention',
];

/** The operator that attends; "MatMul and Softmax" if attention is made of basic operators. */
export function attentionKind(graph: Graph): string {
  const types = new Set(graph.nodes.map(({ opType }) => opType));
  return (
    FUSED_ATTENTION.find(type => types.has(type)) ??
    (types.has('Softmax') ? 'MatMul and Softmax' : 'none')
  );
}

export function quantizationKind(graph: Graph): Quantization {
  const types = new Set<string>();
  const graphs = [graph];
  // A list is walked with what is added on the way.
  for (const { nodes } of graphs)
    for (const node of nodes) {
      types.add(node.opType);
      graphs.push(...innerGraphs(node));
    }
  const dynamic = ['DynamicQuantizeLinear', 'DynamicQuantizeMatMul', 'DynamicQuantizeLSTM'];
  if (dynamic.some(type => types.has(type))) return 'dynamic-int8';
  const weightOnly = ['MatMulNBits', 'MatMulBnb4', 'DequantizeLinear', 'GatherBlockQuantized'];
  if (weightOnly.some(type => types.has(type))) return 'weight-only';
  return computesInHalf(graph) ? 'fp16' : 'none';
}

/** Operators that only bring weights to where they are used. */
const CARRIERS = new Set(['Gather', 'Identity', 'Transpose', 'Reshape', 'DequantizeLinear']);

/**
 * Whether a node computes with weights in half precision, whatever their quantization. Weights that are only kept so are
 * cast before they are used.
 */
export function computesInHalf(graph: Graph): boolean {
  const readers = readersOf(graph);
  const half = new Set(
    graph.initializers.flatMap(({ name, elementType }) => (elementType === FLOAT16 ? [name] : [])),
  );
  // What is added while it is gone through is gone through, too.
  for (const name of half) {
    for (const { opType, outputs } of readers.get(name) ?? []) {
      if (CARRIERS.has(opType)) for (const output of outputs) half.add(output);
      else if (opType !== 'Cast') return true;
    }
  }
  return false;
}

/**
 * Makes 4- and 8-bit products round their weights only, not their activations. The results are then reproducible
 * whatever other tokens share the run, and prefill is faster. Changes the graph in place.
 */
export function keepActivationsExact(graph: Graph): void {
  for (const node of graph.nodes) {
    if (node.opType !== 'MatMulNBits' || intAttribute(node, 'accuracy_level', 0) === 0) continue;
    node.attributes = [
      ...node.attributes.filter(({ name }) => name !== 'accuracy_level'),
      makeAttribute('accuracy_level', { int: 0 }),
    ];
  }
}
