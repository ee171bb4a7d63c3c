// The MLP whose router chooses experts, against the sum over experts token by token.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { seededRandom } from '../../../../src/core/random';
import type {
  Architecture,
  Routing,
} from '../../../../src/engine/models/architecture/architecture';
import type { WeightName, Weights } from '../../../../src/engine/models/architecture/weights';
import { GraphWriter } from '../../../../src/engine/onnx/build/graphWriter';
import { mlp } from '../../../../src/engine/onnx/build/mlp';
import { FLOAT } from '../../../../src/engine/onnx/graph/graph';
import { goldenArchitecture } from '../../../support/checkpoints';
import { fromConfig } from '../../../../src/engine/models/architecture/fromConfig';
import { seedOr } from '../../../support/seed';

const plain = fromConfig({ ...goldenArchitecture('mixtral').config }, 'config.json');

type Matrix = readonly (readonly number[])[];
type Role = 'router' | 'gate' | 'up' | 'down';

/** Random matrices [outputs][inputs], the same for the same seed. */
class RandomWeights implements Weights {
  readonly queryKeyValue = 'apart';
  private readonly made = new Map<string, Matrix>();
  private readonly random: () => number;

  constructor(
    seed: number,
    private readonly sizes: { experts: number; hidden: number; inner: number },
  ) {
    this.random = seededRandom(seed);
    for (const role of ['router', 'gate', 'up', 'down'] as const)
      for (let expert = 0; expert < (role === 'router' ? 1 : sizes.experts); expert++)
        this.matrix(role, expert);
  }

  matrix(role: Role, expert = 0): Matrix {
    const { experts, hidden, inner } = this.sizes;
    const [rows, columns] = {
      router: [experts, hidden],
      gate: [inner, hidden],
      up: [inner, hidden],
      down: [hidden, inner],
    }[role] as [number, number];
    const key = `${role} ${expert}`;
    const made =
      this.made.get(key) ??
      Array.from({ length: rows }, () =>
        Array.from({ length: columns }, () => 2 * this.random() - 1),
      );
    this.made.set(key, made);
    return made;
  }

  set(role: Role, expert: number, matrix: Matrix): void {
    this.made.set(`${role} ${expert}`, matrix);
  }

  weight({ role, expert }: WeightName) {
    const matrix = this.matrix(role as Role, expert);
    const shape = [matrix.length, matrix[0]!.length];
    return {
      name: role,
      shape,
      data: { kind: 'values' as const, values: Float32Array.from(matrix.flat()) },
    };
  }
}

interface Case {
  readonly routing: Routing;
  readonly hidden: number;
  readonly weights: RandomWeights;
}

function caseOf(
  seed: number,
  given: Partial<Routing & { hidden: number; inner: number }> = {},
): Case {
  const random = seededRandom(seed);
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  const { hidden = upTo(9), inner = upTo(7), experts = upTo(9) } = given;
  const routing = { experts, chosen: upTo(experts), renormalises: random() < 0.5, ...given };
  return { routing, hidden, weights: new RandomWeights(seed, { experts, hidden, inner }) };
}

/** [tokens][hidden] for x of that shape. */
async function computed({ routing, hidden, weights }: Case, x: Matrix): Promise<number[][]> {
  const architecture: Architecture = {
    ...plain,
    hiddenSize: hidden,
    layers: [{ ...plain.layers[0]!, routing }],
    mlp: { ...plain.mlp, innerSize: weights.matrix('gate').length },
  };
  const graph = new GraphWriter(weights);
  graph.input({ name: 'x', elementType: FLOAT, shape: [1, 'tokens', hidden] });
  const output = mlp(graph, architecture, 0, 'x');
  graph.output({ name: output, elementType: FLOAT, shape: [1, 'tokens', hidden] });
  const session = await InferenceSession.create(graph.bytes());
  const given = new Tensor('float32', Float32Array.from(x.flat()), [1, x.length, hidden]);
  const { [output]: found } = await session.run({ x: given });
  await session.release();
  expect(found!.dims).toEqual([1, x.length, hidden]);
  const all = [...(found!.data as Float32Array)];
  return x.map((_, i) => all.slice(i * hidden, (i + 1) * hidden));
}

const times = (matrix: Matrix, x: readonly number[]) =>
  matrix.map(row => row.reduce((sum, w, i) => sum + w * x[i]!, 0));

/** One token's, expert by expert, in double precision. */
function expectedOf({ routing, weights }: Case, x: readonly number[]): number[] {
  const logits = times(weights.matrix('router'), x);
  const total = logits.reduce((sum, each) => sum + Math.exp(each), 0);
  const shares = logits.map(each => Math.exp(each) / total);
  const isChosen = shares.map(
    (own, i) =>
      shares.filter((each, j) => each > own || (each === own && j < i)).length < routing.chosen,
  );
  const kept = shares.reduce((sum, each, i) => sum + (isChosen[i] ? each : 0), 0);
  const out = x.map(() => 0);
  for (const [expert, share] of shares.entries()) {
    if (!isChosen[expert]) continue;
    const up = times(weights.matrix('up', expert), x);
    const hidden = times(weights.matrix('gate', expert), x).map(
      (g, i) => (g / (1 + Math.exp(-g))) * up[i]!,
    );
    const weight = routing.renormalises ? share / kept : share;
    times(weights.matrix('down', expert), hidden).forEach((each, i) => (out[i]! += weight * each));
  }
  return out;
}

function expectClose(found: Matrix, expected: Matrix, tolerance: number): void {
  const flat = expected.flat();
  const furthest = found.flat().reduce((most, x, i) => Math.max(most, Math.abs(x - flat[i]!)), 0);
  expect(furthest).toBeLessThan(tolerance);
  expect(found.flat().some(Number.isNaN)).toBe(false);
}

const tokensOf = (random: () => number, count: number, hidden: number): number[][] =>
  Array.from({ length: count }, () => Array.from({ length: hidden }, () => 4 * random() - 2));

test('random sizes, experts and tokens are computed as one by one', async () => {
  const seed = seedOr(1);
  for (let i = 0; i < 40; i++) {
    const own = caseOf(1000 * seed + i);
    const random = seededRandom(seed + i);
    const x = tokensOf(random, 1 + Math.floor(random() * 12), own.hidden);
    expectClose(
      await computed(own, x),
      x.map(each => expectedOf(own, each)),
      1e-5,
    );
  }
});

test('a token is computed alike in any order and beside any others', async () => {
  const seed = seedOr(2);
  const own = caseOf(seed, { experts: 6, chosen: 2, hidden: 8 });
  const x = tokensOf(seededRandom(seed), 20, 8);
  const all = await computed(own, x);
  expectClose((await computed(own, x.toReversed())).toReversed(), all, 1e-6);
  for (const [i, token] of x.entries()) expectClose(await computed(own, [token]), [all[i]!], 1e-6);
});

test('an expert that nobody chooses is not computed, whatever its weights', async () => {
  const seed = seedOr(3);
  const own = caseOf(seed, { experts: 4, chosen: 2, hidden: 6, inner: 5 });
  const { weights } = own;
  // All tokens are positive, so that the last expert is the least likely for each.
  const router = weights.matrix('router').map((row, i) => (i === 3 ? row.map(() => -9) : row));
  weights.set('router', 0, router);
  const x = tokensOf(seededRandom(seed), 7, 6).map(row => row.map(Math.abs));
  const before = await computed(own, x);
  weights.set(
    'down',
    3,
    weights.matrix('down', 3).map(row => row.map(() => NaN)),
  );
  expect(await computed(own, x)).toEqual(before);
});

test('of experts that are as likely the first are chosen', async () => {
  const own = caseOf(seedOr(4), { experts: 5, chosen: 3, hidden: 4, renormalises: false });
  own.weights.set(
    'router',
    0,
    own.weights.matrix('router').map(row => row.map(() => 0)),
  );
  const x = tokensOf(seededRandom(5), 3, 4);
  expectClose(
    await computed(own, x),
    x.map(each => expectedOf(own, each)),
    1e-5,
  );
});
