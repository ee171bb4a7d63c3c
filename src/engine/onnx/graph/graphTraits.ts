// What kind of attention and of quantisation a graph has, told by its operators, and what follows
// from it for numbers that are meant to be reproducible.
import { FLOAT16, type Graph } from './graph';
import { intAttribute } from './readGraph';
import { makeAttribute } from './writeGraph';

export type Quantization = 'none' | 'fp16' | 'weight-only' | 'dynamic-int8';

const FUSED_ATTENTION = [
  'GroupQueryAttention',
  'MultiHeadAttention',
  'DecoderMaskedMultiHeadAttention',
  'SparseAttention',
  'Attention',
];

/** The operator that attends, or "MatMul and Softmax" where it is spelled out. */
export function attentionKind(graph: Graph): string {
  const types = new Set(graph.nodes.map(({ opType }) => opType));
  return (
    FUSED_ATTENTION.find(type => types.has(type)) ??
    (types.has('Softmax') ? 'MatMul and Softmax' : 'none')
  );
}

export function quantizationKind(graph: Graph): Quantization {
  const types = new Set(graph.nodes.map(({ opType }) => opType));
  const dynamic = ['DynamicQuantizeLinear', 'DynamicQuantizeMatMul', 'DynamicQuantizeLSTM'];
  if (dynamic.some(type => types.has(type))) return 'dynamic-int8';
  const weightOnly = ['MatMulNBits', 'MatMulBnb4', 'DequantizeLinear', 'GatherBlockQuantized'];
  if (weightOnly.some(type => types.has(type))) return 'weight-only';
  return graph.initializers.some(({ elementType }) => elementType === FLOAT16) ? 'fp16' : 'none';
}

/**
 * Makes 4- and 8-bit products round their weights only, not their activations too: that is
 * reproducible whatever shares the run, and prefills faster. Changes the graph in place.
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
