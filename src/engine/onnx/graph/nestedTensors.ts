// The tensors of a model that are not initializers of its graph: in attributes, in the graphs of control flow, in
// functions, and sparse ones. The runtime reads their external data from wherever they say.
import { externalDataOf } from './externalise';
import { GraphError, type OnnxModel } from './graph';
import { BYTES, payload, readFields } from '../../../core/wire';

type Kind =
  'model' | 'training' | 'function' | 'graph' | 'node' | 'attribute' | 'sparse' | 'tensor';

/** By kind of message: the fields of onnx.proto3 that hold messages with tensors, and the kinds of those. */
const PARTS: Record<Kind, ReadonlyMap<number, Kind>> = {
  model: new Map<number, Kind>([
    [7, 'graph'],
    [20, 'training'],
    [25, 'function'],
  ]),
  training: new Map<number, Kind>([
    [1, 'graph'],
    [2, 'graph'],
  ]),
  function: new Map<number, Kind>([
    [7, 'node'],
    [11, 'attribute'],
  ]),
  graph: new Map<number, Kind>([
    [1, 'node'],
    [5, 'tensor'],
    [15, 'sparse'],
  ]),
  node: new Map<number, Kind>([[5, 'attribute']]),
  attribute: new Map<number, Kind>([
    [5, 'tensor'],
    [6, 'graph'],
    [10, 'tensor'],
    [11, 'graph'],
    [22, 'sparse'],
    [23, 'sparse'],
  ]),
  sparse: new Map<number, Kind>([
    [1, 'tensor'],
    [2, 'tensor'],
  ]),
  tensor: new Map(),
};

/** Throws `GraphError` if one of them has external data. No exporter writes that, and the graph's own are enough. */
export function checkNestedTensors({ graph, rest }: OnnxModel): void {
  const open: { bytes: Uint8Array; kind: Kind }[] = [
    ...rest.map(bytes => ({ bytes, kind: 'model' as const })),
    ...graph.rest.map(bytes => ({ bytes, kind: 'graph' as const })),
    ...graph.nodes.flatMap(({ attributes }) =>
      attributes.map(({ bytes }) => ({ bytes, kind: 'attribute' as const })),
    ),
  ];
  for (let message = open.pop(); message; message = open.pop()) {
    const { bytes, kind } = message;
    if (kind === 'tensor') {
      const data = externalDataOf(bytes);
      if (!data) continue;
      throw new GraphError(
        `keeps the data of a constant in another file ("${data.location}"), which only its initializers may do`,
      );
    }
    for (const field of readFields(bytes)) {
      const part = field.wireType === BYTES ? PARTS[kind].get(field.number) : undefined;
      if (part) open.push({ bytes: payload(bytes, field), kind: part });
    }
  }
}
