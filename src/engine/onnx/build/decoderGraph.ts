// Writes the ONNX graph of a decoder from its architecture, as exporters do: ids, positions, keys and values in, logits,
// keys and values out. The weights stay in their files. What rewrites a graph may rely on: each block adds to the
// residual stream by an `Add` of two computed values, a mask is added to the scores of each layer directly before its
// `Softmax`, one for each window that layers have, and the logits come from one product with the head.
import type { Architecture, Rotary } from '../../models/architecture/architecture';
import type { Weights } from '../../models/architecture/weights';
import { FLOAT, INT64 } from '../graph/graph';
import { attention, softcapped, type Shared } from './attention';
import { GraphWriter } from './graphWriter';
import { mask, runLengths } from './masks';
import { mlp } from './mlp';
import { normed } from './norms';
import { lookup, product } from './products';
import { turnsOf, type Turns } from './rotation';

const IDS = 'input_ids';
const POSITIONS = 'position_ids';

/** The bytes of an ONNX model whose external data are absolute paths. Throws `UserError` if a weight does not fit. */
export function decoderGraph(architecture: Architecture, weights: Weights): Uint8Array {
  const graph = new GraphWriter(weights);
  const { block, norm, hiddenSize } = architecture;
  declareInputs(graph, architecture);
  const shared = sharedParts(graph);
  let stream = embedded(graph, architecture);
  for (const layer of architecture.layers.keys()) {
    const at = `layers.${layer}`;
    const scaled = (x: string, name: string) =>
      block.residualScale === 1
        ? x
        : graph.op('Mul', [x, graph.float(block.residualScale)], `${name}/scaled`);
    const read = (x: string, role: 'attentionNorm' | 'mlpNorm') =>
      block.before === 'none'
        ? x
        : normed(graph, norm, x, { layer, role }, hiddenSize, `${at}/${role}`);
    const given = (x: string, role: 'attentionPostNorm' | 'mlpPostNorm') =>
      scaled(
        block.after ? normed(graph, norm, x, { layer, role }, hiddenSize, `${at}/${role}`) : x,
        `${at}/${role}`,
      );
    const attended = (x: string) =>
      given(
        attention(graph, architecture, weights.queryKeyValue, layer, x, shared),
        'attentionPostNorm',
      );
    const thought = (x: string) => given(mlp(graph, architecture, layer, x), 'mlpPostNorm');
    const first = read(stream, 'attentionNorm');
    if (block.kind === 'parallel') {
      const second = block.before === 'each' ? read(stream, 'mlpNorm') : first;
      const both = graph.op('Add', [attended(first), thought(second)], `${at}/both`);
      stream = graph.op('Add', [stream, both], `${at}/resid_post`);
    } else {
      stream = graph.op('Add', [stream, attended(first)], `${at}/resid_mid`);
      stream = graph.op('Add', [stream, thought(read(stream, 'mlpNorm'))], `${at}/resid_post`);
    }
  }
  logits(graph, architecture, stream);
  return graph.bytes();
}

function declareInputs(graph: GraphWriter, { layers, attention, vocabSize }: Architecture): void {
  graph.input({ name: IDS, elementType: INT64, shape: [1, 'tokens'] });
  graph.input({ name: POSITIONS, elementType: INT64, shape: [1, 'tokens'] });
  const { keyValueHeads, headSize } = attention;
  const cache = (name: string, length: string) => ({
    name,
    elementType: FLOAT,
    shape: [1, keyValueHeads, length, headSize],
  });
  graph.output({ name: 'logits', elementType: FLOAT, shape: [1, 'tokens', vocabSize] });
  for (const layer of layers.keys()) {
    for (const part of ['key', 'value']) {
      graph.input(cache(`past_key_values.${layer}.${part}`, 'past'));
      graph.output(cache(`present.${layer}.${part}`, 'seen'));
    }
  }
}

function sharedParts(graph: GraphWriter): Shared {
  const lengths = runLengths(graph, IDS, 'past_key_values.0.key');
  const masks = new Map<number | null, string>();
  const turns = new Map<Rotary, Turns>();
  return {
    lengths,
    mask(window) {
      const made = masks.get(window) ?? mask(graph, lengths, window);
      masks.set(window, made);
      return made;
    },
    turns(rotary) {
      const made = turns.get(rotary) ?? turnsOf(graph, rotary, POSITIONS, `turns_${turns.size}`);
      turns.set(rotary, made);
      return made;
    },
  };
}

function embedded(graph: GraphWriter, { embedding, vocabSize, hiddenSize }: Architecture): string {
  const name = { layer: null, part: 'weight' } as const;
  const table = [vocabSize, hiddenSize] as const;
  let stream = lookup(graph, { ...name, role: 'tokens' }, table, IDS, 'embedding/tokens');
  if (embedding.scale !== 1)
    stream = graph.op('Mul', [stream, graph.float(embedding.scale)], 'embedding/scaled');
  if (embedding.learnedPositions === 0) return stream;
  const places = [embedding.learnedPositions, hiddenSize] as const;
  const rows = lookup(
    graph,
    { ...name, role: 'positions' },
    places,
    POSITIONS,
    'embedding/positions',
  );
  return graph.op('Add', [stream, rows], 'embedding');
}

function logits(
  graph: GraphWriter,
  { norm, head, vocabSize, hiddenSize }: Architecture,
  stream: string,
): void {
  const place = { layer: null, role: 'finalNorm' } as const;
  const last = normed(graph, norm, stream, place, hiddenSize, 'final_norm');
  const steps: ((x: string, name: string) => string)[] = [];
  if (head.scale !== 1)
    steps.push((x, name) => graph.op('Mul', [x, graph.float(head.scale)], name));
  const { softcap } = head;
  if (softcap !== null) steps.push((x, name) => softcapped(graph, x, softcap, name));
  const nameAt = (step: number) => (step === steps.length ? 'logits' : `logits/${step}`);
  const role = head.tied ? 'tokens' : 'head';
  const shape = [vocabSize, hiddenSize] as const;
  const raw = product(graph, last, { layer: null, role }, shape, head.bias, nameAt(0));
  steps.reduce((x, step, i) => step(x, nameAt(i + 1)), raw);
}
