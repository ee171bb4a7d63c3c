// A tree of tokens behind some that lead to it, as one run of a graph.
import type { PathNode } from '../../core/bytes/model';
import { HIDDEN } from '../onnx/treeMask';
import type { TreeShape } from './graphSession';

/**
 * The run's tokens are `lead` in sequence and then `nodes` without the first, which is the last of `lead`; behind
 * `past` tokens. Nodes come after their parents.
 */
export function treeShape(past: number, lead: number, nodes: readonly PathNode[]): TreeShape {
  const rows = lead + nodes.length - 1;
  const seen = past + rows;
  const positions: number[] = [];
  const bias = new Float32Array(rows * seen).fill(HIDDEN);
  for (let row = 0; row < lead; row++) {
    positions.push(past + row);
    bias.fill(0, row * seen, row * seen + past + row + 1);
  }
  for (let node = 1; node < nodes.length; node++) {
    const { parent } = nodes[node]!;
    const row = lead + node - 1;
    const above = lead + parent - 1;
    positions.push(positions[above]! + 1);
    bias.copyWithin(row * seen, above * seen, above * seen + seen);
    bias[row * seen + past + row] = 0;
  }
  return { positions, bias };
}
