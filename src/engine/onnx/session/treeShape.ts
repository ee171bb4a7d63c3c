// The positions and the attention mask of a tree of tokens after a prefix, and what a window leaves of a mask.
import type { PathNode } from '../../../core/exactBytes/tokenModel';
import { HIDDEN } from '../rewrite/treeMask';

export interface TreeShape {
  /** [ids.length] */
  positions: readonly number[];
  /** [ids.length, past.tokens + ids.length]: 0 where a token may attend, `HIDDEN` where it may not. */
  bias: Float32Array;
}

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

/**
 * The bias [tokens, seen] of layers in which a token attends to the last `window` tokens of its path. Without a tree it
 * hides what is before the window alone: it is added to a causal mask.
 */
export function windowBias(
  tokens: number,
  seen: number,
  window: number,
  tree?: TreeShape,
): Float32Array {
  if (tree && window >= seen) return tree.bias;
  const bias = tree ? tree.bias.slice() : new Float32Array(tokens * seen);
  for (let row = 0; row < tokens; row++) {
    const last = seen - tokens + row;
    const start = row * seen;
    // Keys of a path have the order of its positions.
    let left = window;
    for (let key = last; key >= 0; key--) {
      if (bias[start + key] !== 0) continue;
      if (left > 0) left--;
      else bias[start + key] = HIDDEN;
    }
  }
  return bias;
}
