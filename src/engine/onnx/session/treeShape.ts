// The positions and the attention mask of a tree of tokens after a prefix.
import type { PathNode } from '../../../core/exactBytes/tokenModel';
import { HIDDEN } from '../rewrite/treeMask';
import type { TreeShape } from './graphSession';

/**
 * The run's tokens are `nodes` without the first, which is the last of `past` tokens. Parents come before their
 * children.
 */
export function treeShape(past: number, nodes: readonly PathNode[]): TreeShape {
  const rows = nodes.length - 1;
  const seen = past + rows;
  const positions: number[] = [];
  const bias = new Float32Array(rows * seen).fill(HIDDEN);
  for (const [row, { parent }] of nodes.slice(1).entries()) {
    const above = parent - 1;
    positions.push(above < 0 ? past : positions[above]! + 1);
    if (above < 0) bias.fill(0, row * seen, row * seen + past);
    else bias.copyWithin(row * seen, above * seen, above * seen + seen);
    bias[row * seen + past + row] = 0;
  }
  return { positions, bias };
}
