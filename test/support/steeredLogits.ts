// What a model says where the states at a hook are moved.
import { SCORING } from '../../src/engine/onnx/rewrite/scoring';
import { GraphSession } from '../../src/engine/onnx/session/graphSession';

const IDS = Uint32Array.of(3, 1, 4, 1, 5);

/**
 * [position, vocabSize]: the logits after five tokens, with `steer` added to every third of the hook's `width` values.
 * Norms that centre leave nothing of what is the same everywhere.
 */
export async function steeredLogits(
  file: Parameters<typeof GraphSession.open>[0],
  layers: number,
  hook: string | undefined,
  { width, steer }: { width: number; steer?: number | undefined },
): Promise<Float32Array> {
  const session = await GraphSession.open(file, { layers }, undefined, hook);
  const { fetched } = await session.run({
    ids: IDS,
    past: session.emptyKeyValues,
    firstRow: 0,
    topK: 1,
    fetch: [SCORING.logits],
    ...(steer !== undefined && {
      steer: new Float32Array(IDS.length * width).map((_, i) => (i % 3 === 0 ? steer : 0)),
    }),
  });
  await session.release();
  return fetched.get(SCORING.logits)!;
}

/** The largest difference. */
export const logitsApart = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
