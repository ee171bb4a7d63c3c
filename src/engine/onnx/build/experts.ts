// A mixture of experts (Shazeer et al. 2017, arXiv 1701.06538; Jiang et al. 2024, arXiv 2401.04088): a router chooses some
// for each token, and an expert computes its own tokens alone. Rows are sorted by expert, split, computed and put back.
// An expert that nobody chooses is a branch that is not taken, whose weights are not even cast. ONNX Runtime plans each
// branch by itself: in one graph, whose sizes it does not know, loading takes time by the square of all nodes of experts.
import type { Routing } from '../../models/architecture/architecture';
import { INT64 } from '../graph/graph';
import type { GraphWriter } from './graphWriter';
import { product } from './products';

/** What a token's experts give, weighed by what the router gives them, for x [1, tokens, hiddenSize]. */
export function routed(
  graph: GraphWriter,
  routing: Routing,
  hiddenSize: number,
  layer: number,
  x: string,
  /** The MLP of one expert for rows [1, some, hiddenSize]. */
  mlpOf: (rows: string, at: string, expert: number) => string,
): string {
  const at = `layers.${layer}`;
  const { chosen, weights } = choices(graph, routing, hiddenSize, layer, x);
  const sorted = sortedByExpert(graph, routing, chosen, `${at}/experts`);
  const rows = graph.op('Gather', [x, sorted.tokens], `${at}/experts/rows`, { axis: { int: 1 } });
  const experts = Array.from({ length: routing.experts }, (_, expert) => expert);
  const names = (part: string) => experts.map(expert => `${at}/experts.${expert}/${part}`);
  const parts = graph.outputs('Split', [rows, sorted.counts], names('rows'), { axis: { int: 1 } });
  const isAny = graph.op('Greater', [sorted.counts, graph.int(0)], `${at}/experts/any`);
  const conditions = graph.split(isAny, Array<number>(routing.experts).fill(1), names('any'));
  const computed = parts.map((part, expert) => {
    const own = `${at}/experts.${expert}`;
    return graph.op('If', [conditions[expert]!], `${own}/computed`, {
      then_branch: { graph: graph.branch(() => mlpOf(part, own, expert)), name: own },
      else_branch: {
        graph: graph.branch(() => graph.op('Identity', [part], `${own}/none`)),
        name: `${own}/none`,
      },
    });
  });
  const all = graph.op('Concat', computed, `${at}/experts/computed`, { axis: { int: 1 } });
  const back = graph.op('Gather', [all, sorted.places], `${at}/experts/back`, { axis: { int: 1 } });
  const apart = graph.ints(-1, routing.chosen, hiddenSize);
  const ofTokens = graph.op('Reshape', [back, apart], `${at}/experts/apart`);
  const weighed = graph.op('Mul', [ofTokens, weights], `${at}/experts/weighed`);
  const sum = graph.op('ReduceSum', [weighed, graph.ints(1)], `${at}/experts/sum`, {
    keepdims: { int: 0 },
  });
  return graph.op('Reshape', [sum, graph.ints(1, -1, hiddenSize)], `${at}/mlp/output`);
}

/** The chosen experts int64 [tokens·chosen], token by token, the likeliest first, and their weights [tokens, chosen, 1]. */
function choices(
  graph: GraphWriter,
  { experts, chosen, renormalises }: Routing,
  hiddenSize: number,
  layer: number,
  x: string,
): { chosen: string; weights: string } {
  const at = `layers.${layer}/router`;
  const place = { layer, role: 'router' as const };
  const logits = product(graph, x, place, [experts, hiddenSize], false, `${at}/logits`);
  const last = { axis: { int: -1 } };
  const shares = graph.op('Softmax', [logits], `${at}/probabilities`, last);
  const [most, ids] = graph.outputs(
    'TopK',
    [shares, graph.ints(chosen)],
    [`${at}/most`, `${at}/chosen`],
    last,
  ) as [string, string];
  let weights = most;
  if (renormalises) {
    const sum = graph.op('ReduceSum', [most, graph.ints(-1)], `${at}/sum`);
    weights = graph.op('Div', [most, sum], `${at}/weights`);
  }
  return {
    chosen: graph.op('Reshape', [ids, graph.ints(-1)], `${at}/chosen/flat`),
    weights: graph.op('Reshape', [weights, graph.ints(-1, chosen, 1)], `${at}/weights/column`),
  };
}

/**
 * Of the rows of all experts, those of expert 0 first: the token of each and how many each expert has; and where the rows
 * of each token are among them, in the order of `chosen`.
 */
function sortedByExpert(
  graph: GraphWriter,
  { experts, chosen: perToken }: Routing,
  chosen: string,
  at: string,
): { tokens: string; counts: string; places: string } {
  const length = graph.op('Shape', [chosen], `${at}/length`);
  // Of equal ones the earlier is first.
  const order = (values: string, name: string) =>
    graph.outputs('TopK', [values, length], [`${name}/sorted`, name], { largest: { int: 0 } })[1]!;
  const from = order(chosen, `${at}/order`);
  const column = graph.op('Reshape', [chosen, graph.ints(-1, 1)], `${at}/column`);
  const ids = graph.ints(...Array.from({ length: experts }, (_, expert) => expert));
  const isOf = graph.op('Equal', [column, ids], `${at}/own`);
  const ones = graph.op('Cast', [isOf], `${at}/own/ones`, { to: { int: INT64 } });
  return {
    tokens: graph.op('Div', [from, graph.int(perToken)], `${at}/tokens`),
    counts: graph.op('ReduceSum', [ones, graph.ints(0)], `${at}/counts`, { keepdims: { int: 0 } }),
    places: order(from, `${at}/places`),
  };
}
