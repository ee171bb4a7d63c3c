// Rotary position embeddings (Su et al. 2021, arXiv 2104.09864): cosines and sines of the positions of a run, computed in
// the graph in double precision, so that they are right at any position and take no memory.
import type { Attention, Rotary } from '../../models/architecture/architecture';
import { FLOAT } from '../graph/graph';
import { makeInitializer } from '../graph/writeGraph';
import type { GraphWriter } from './graphWriter';

const DOUBLE = 11;

/** Cosines and sines [tokens, turned / 2] of one kind of rotation. */
export interface Turns {
  readonly rotary: Rotary;
  readonly cos: string;
  readonly sin: string;
}

export function turnsOf(
  graph: GraphWriter,
  rotary: Rotary,
  positionIds: string,
  name: string,
): Turns {
  const column = graph.op('Reshape', [positionIds, graph.ints(-1, 1)], `${name}/positions`);
  const exact = graph.op('Cast', [column], `${name}/exact`, { to: { int: DOUBLE } });
  const frequencies = graph.constant(`${name}/frequencies`, () => {
    const values = Float64Array.from(rotary.frequencies);
    return makeInitializer(`${name}/frequencies`, DOUBLE, [1, values.length], values);
  });
  const angles = graph.op('Mul', [exact, frequencies], `${name}/angles`);
  const [cos = '', sin = ''] = ['Cos', 'Sin'].map(opType => {
    const turn = graph.op(opType, [angles], `${name}/${opType}/exact`);
    const single = graph.op('Cast', [turn], `${name}/${opType}`, { to: { int: FLOAT } });
    if (rotary.magnitude === 1) return single;
    return graph.op('Mul', [single, graph.float(rotary.magnitude)], `${name}/${opType}/scaled`);
  });
  return { rotary, cos, sin };
}

/** x [1, tokens, heads·headSize] with each head turned. */
export function turned(
  graph: GraphWriter,
  x: string,
  { rotary, cos, sin }: Turns,
  heads: number,
  { headSize }: Attention,
  name: string,
): string {
  const size = 2 * rotary.frequencies.length;
  // Row i of the cosines is that of the run's token i.
  return graph.contrib('RotaryEmbedding', [x, graph.ints(0), cos, sin], name, {
    interleaved: { int: rotary.pairs === 'neighbours' ? 1 : 0 },
    ...(size < headSize && { rotary_embedding_dim: { int: size }, num_heads: { int: heads } }),
  });
}
