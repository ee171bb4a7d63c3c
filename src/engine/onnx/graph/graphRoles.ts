// The roles of a graph's inputs and outputs in decoding, found by name and shape: exporters agree on names and on little
// else.
import { FLOAT, FLOAT16, GraphError, INT32, INT64, type Graph, type ValueInfo } from './graph';

export interface Roles {
  /** Integers [1, tokens]. */
  ids: ValueInfo;
  /** Ones [1, past + tokens], if the graph takes them. */
  attentionMask: ValueInfo | undefined;
  /** [1, tokens], if the graph takes them. */
  positionIds: ValueInfo | undefined;
  /** [1, tokens, vocabulary]. */
  logits: ValueInfo;
  /** Keys and values, layer by layer. */
  past: PastTensor[];
  /** Inputs that are fed a zero: how many of the last positions get logits, where 0 means all. */
  zeros: ValueInfo[];
}

export interface PastTensor {
  input: string;
  output: string;
  elementType: number;
  /** The dimension that counts tokens is 0. */
  dims: number[];
  tokenAxis: number;
}

const ZERO_INPUTS = ['num_logits_to_keep', 'logits_to_keep'];

/** What a graph may leave to its model's configuration. */
export interface CacheShape {
  kvHeads?: number | undefined;
  headSize?: number | undefined;
}

/** Throws `GraphError` if the graph is no decoder that can be run. */
export function findRoles(graph: Graph, shape: CacheShape = {}): Roles {
  // Old exports list their initializers among the inputs.
  const weights = new Set(graph.initializers.map(({ name }) => name));
  const inputs = new Map(graph.inputs.filter(i => !weights.has(i.name)).map(i => [i.name, i]));
  const outputs = new Map(graph.outputs.map(output => [output.name, output]));

  const take = (name: string) => {
    const input = inputs.get(name);
    inputs.delete(name);
    return input;
  };
  const ids = take('input_ids');
  const logits = outputs.get('logits');
  if (ids === undefined) throw new GraphError(`has no input "input_ids"; ${listOf(inputs)}`);
  if (logits === undefined)
    throw new GraphError(
      outputs.has('last_hidden_state')
        ? 'returns hidden states (output "last_hidden_state") and no logits: it is an encoder, or a decoder exported without its LM head'
        : `has no output "logits"; ${listOf(outputs)}`,
    );
  if (logits.shape?.at(-2) === 1)
    throw new GraphError(
      'returns logits only for the last token (prune_lm_head of onnxruntime-genai). Export it with logits for all tokens',
    );
  const attentionMask = take('attention_mask');
  const positionIds = take('position_ids');
  for (const input of [ids, attentionMask, positionIds])
    if (input !== undefined && ![INT32, INT64, FLOAT].includes(input.elementType))
      throw new GraphError(`needs "${input.name}" in an unsupported type`);

  const past = [...inputs.keys()]
    .filter(name => name.startsWith('past'))
    .map(name => {
      const input = take(name);
      if (input === undefined) throw new GraphError(`has no input "${name}"`);
      return pastTensor(input, outputs, shape);
    });
  if (inputs.has('use_cache_branch'))
    throw new GraphError(
      'is a merged decoder, with a graph for the first token and one for the others (input "use_cache_branch"); ' +
        'export it with one graph, as text-generation-with-past does since Optimum 1.14',
    );
  if (past.length === 0) throw withoutCache(inputs, logits);
  const zeros = ZERO_INPUTS.map(take).filter(input => input !== undefined);
  if (inputs.size > 0) throw new GraphError(`needs unknown inputs; ${listOf(inputs)}`);
  return { ids, attentionMask, positionIds, logits, past, zeros };
}

/** A graph that takes no keys and values: an encoder has none to take. */
function withoutCache(inputs: ReadonlyMap<string, ValueInfo>, logits: ValueInfo): GraphError {
  if (inputs.has('token_type_ids') || logits.shape?.length === 2)
    return new GraphError(
      'is an encoder or a classifier, which does not predict the next token. Choose a decoder (a causal language model)',
    );
  return new GraphError(
    'takes no keys and values (inputs "past_key_values.*"); if it is a decoder, export it with a cache, ' +
      'as text-generation-with-past does',
  );
}

function pastTensor(
  input: ValueInfo,
  outputs: ReadonlyMap<string, ValueInfo>,
  { kvHeads, headSize }: CacheShape,
): PastTensor {
  const { name, elementType, shape } = input;
  const candidates = [
    name.replace(/^past(_key_values)?/, 'present'),
    name.replace(/^past/, 'present'),
  ];
  const output = candidates.find(candidate => outputs.has(candidate));
  if (output === undefined) throw new GraphError(`has no output "${candidates[0]}" for "${name}"`);
  if (elementType !== FLOAT && elementType !== FLOAT16)
    throw new GraphError(
      `keeps "${name}" in a type that is not supported (neither float32 nor float16)`,
    );
  // [batch, heads, tokens, size], or keys and values together: [2, batch, heads, tokens, size].
  if (shape === undefined || (shape.length !== 4 && shape.length !== 5))
    throw new GraphError(`gives "${name}" no shape of 4 or 5 dimensions`);
  const tokenAxis = shape.length - 2;
  const batchAxis = shape.length - 4;
  const dims = shape.map((dim, axis) => {
    if (axis === tokenAxis) return 0;
    if (axis === batchAxis) return 1;
    if (typeof dim === 'number' && dim > 0) return dim;
    const configured = axis === tokenAxis - 1 ? kvHeads : axis > tokenAxis ? headSize : undefined;
    if (configured !== undefined) return configured;
    throw new GraphError(`does not say how large dimension ${axis} of "${name}" is`);
  });
  return { input: name, output, elementType, dims, tokenAxis };
}

function listOf(infos: ReadonlyMap<string, ValueInfo>): string {
  const names = [...infos.keys()];
  const shown = names
    .slice(0, 8)
    .map(name => `"${name}"`)
    .join(', ');
  const more = names.length > 8 ? ` and ${names.length - 8} more` : '';
  return names.length === 0 ? 'it has none' : `it has ${shown}${more}`;
}
