// Measures the windows of a graph's own attention masks, which the biases of trees replace. A tree in a window that was
// not seen would have wrong numbers, and a short self-test would not notice.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { FLOAT16 } from '../graph/graph';
import { maskOutput } from '../rewrite/maskModel';
import type { TreeMask } from '../rewrite/treeMask';
import { feedNumbers } from './feeds';
import type { InstrumentedGraph } from './instrumentedGraph';
import { sessionOptions } from './sessionOptions';

/** A mask is a number for each pair of tokens in some graphs: more would be too large. */
const MOST_TOKENS = 8192;
/** Of a model that does not say how many it holds. */
const SOME_TOKENS = 4096;
/** Of keys that are given for their shape alone: 64 MB. */
const MOST_NUMBERS = 1 << 24;
/** The last of all tokens, whose rows of the masks are measured. */
const ROWS = 3;

export interface MeasuredMasks {
  masks: readonly TreeMask[];
  /** Tokens that were seen. */
  mostTokens: number;
}

/** The masks with their windows, or why they are none: a reason without its period. */
export async function measureMasks(
  graph: InstrumentedGraph,
  contextTokens = SOME_TOKENS,
): Promise<MeasuredMasks | string> {
  const { tree, masks: model, roles } = graph;
  if (tree.kind !== 'replaces' || model === undefined) return 'it has no mask of its own';
  const seen = Math.min(contextTokens, MOST_TOKENS);
  const rows = Math.min(ROWS, seen);
  const past = seen - rows;
  const feeds: Record<string, Tensor> = {};
  const feed = (name: string | undefined, value: () => Tensor) => {
    if (name !== undefined && model.inputs.has(name)) feeds[name] = value();
  };
  const { ids, attentionMask, positionIds } = roles;
  feed(ids.name, () => feedNumbers(ids, rows, () => 0));
  feed(attentionMask?.name, () => feedNumbers(attentionMask!, seen, () => 1));
  feed(positionIds?.name, () => feedNumbers(positionIds!, rows, i => past + i));
  for (const zero of roles.zeros)
    feed(zero.name, () => feedNumbers(zero, 1, () => 0, zero.shape?.length ?? 0));
  for (const { input, elementType, dims, tokenAxis } of roles.past)
    feed(input, () => {
      const lengthOf = (shape: readonly number[]) =>
        shape.reduce((product, dim) => product * dim, 1);
      const whole = dims.with(tokenAxis, past);
      // Masks depend on how many tokens there are, seldom on more of the shape.
      const shape =
        lengthOf(whole) <= MOST_NUMBERS
          ? whole
          : whole.map((dim, axis) => (axis === tokenAxis || axis === tokenAxis - 3 ? dim : 1));
      const length = lengthOf(shape);
      return elementType === FLOAT16
        ? new Tensor('float16', new Uint16Array(length), shape)
        : new Tensor('float32', new Float32Array(length), shape);
    });
  const names = tree.masks.map((_, i) => maskOutput(i));
  let outputs: InferenceSession.ReturnType;
  try {
    const session = await InferenceSession.create(model.bytes, {
      ...sessionOptions(graph),
      graphOptimizationLevel: 'disabled',
    });
    try {
      outputs = await session.run(feeds, names);
    } finally {
      await session.release();
    }
  } catch (error) {
    return `its mask cannot be measured (${(error as Error).message.split('\n')[0]})`;
  }
  const masks: TreeMask[] = [];
  for (const [i, mask] of tree.masks.entries()) {
    const { data, dims } = outputs[names[i]!]!;
    const width = dims.at(-1) ?? 0;
    if (!(data instanceof Float32Array) || data.length !== rows * width || width < seen)
      return 'its mask does not have one number per pair of tokens';
    const window = windowOf(data, width, past);
    if (window === undefined)
      return 'its mask does more than hide what is later or before a window';
    masks.push({ ...mask, window });
  }
  return { masks, mostTokens: seen === contextTokens ? Infinity : seen };
}

/**
 * Keys that each row of a mask [rows, width] sees, up to its own, which is `past` for the first; infinite if it sees
 * all. Undefined if the mask does anything else.
 */
function windowOf(mask: Float32Array, width: number, past: number): number | undefined {
  const sizes: number[] = [];
  for (let row = 0; row * width < mask.length; row++) {
    const own = past + row;
    let size = 0;
    for (let key = 0; key < width; key++) {
      const value = mask[row * width + key]!;
      const isVisible = Math.abs(value) < NOTHING;
      if (!isVisible && !(value < MOST_HIDDEN)) return undefined;
      if (isVisible ? key > own : size > 0 && key <= own) return undefined;
      if (isVisible) size++;
    }
    sizes.push(size);
  }
  const window = sizes.at(-1)!;
  if (window === 0 || sizes.some((size, row) => size !== Math.min(window, past + row + 1)))
    return undefined;
  return window === past + sizes.length ? Infinity : window;
}

/** Rounding of a mask that adds nothing. */
const NOTHING = 1e-6;
/** Half precision holds no less than -65504; some exports hide with -10000. */
const MOST_HIDDEN = -1e3;
