// What a model says behind each node of a small tree of tokens: the prefix in chunks as for scores, then one
// token at a time behind its parent's keys and values.
import { UserError } from '../../protocol/channel';
import type { Runtime } from '../../protocol/runtime';
import { SCORING } from '../onnx/scoring';
import type { GraphSession } from './graphSession';
import type { KeyValues, PrefixCache } from './keyValues';
import { explained } from './runtimeErrors';
import { CHUNK_TOKENS } from './scoreWindow';

export type TreeRequest = Parameters<Runtime['forwardTree']>[0];

/** Logits [wanted, vocabSize]. */
export async function forwardTree(
  session: GraphSession,
  cache: PrefixCache,
  vocabSize: number,
  { prefix, nodes, wanted }: TreeRequest,
): Promise<Float32Array> {
  for (const token of [...prefix, ...nodes.slice(1).map(node => node.token)]) {
    if (token < vocabSize) continue;
    throw new UserError(
      `The tokenizer does not fit the model: token ${token} is outside its vocabulary of ${vocabSize}.`,
    );
  }
  const logits = new Float32Array(wanted.length * vocabSize);
  const used = new Set<number>([0]);
  for (let node of wanted) for (; node > 0; node = nodes[node]!.parent) used.add(node);
  const states = new Map<number, KeyValues>();
  try {
    for (const node of [...used].sort((a, b) => a - b)) {
      const { present, last } =
        node === 0
          ? await runPrefix(session, cache, prefix)
          : await runBehind(
              session,
              states.get(nodes[node]!.parent)!,
              Uint32Array.of(nodes[node]!.token),
            );
      states.set(node, present);
      const row = wanted.indexOf(node);
      if (row >= 0) logits.set(last, row * vocabSize);
    }
  } catch (error) {
    const what = `The model failed on ${prefix.length} tokens and a tree, perhaps more than it can hold`;
    throw explained(error, what);
  }
  return logits;
}

interface Behind {
  present: KeyValues;
  /** [vocabSize]; behind the last token. */
  last: Float32Array;
}

async function runPrefix(
  session: GraphSession,
  cache: PrefixCache,
  prefix: Uint32Array,
): Promise<Behind> {
  let past = cache.find(prefix, prefix.length - 1, CHUNK_TOKENS);
  while (past.tokens + CHUNK_TOKENS < prefix.length) {
    const ids = prefix.subarray(past.tokens, past.tokens + CHUNK_TOKENS);
    const { present } = await session.run({ ids, past, firstRow: ids.length, topK: 1 });
    past = present;
  }
  cache.add(prefix.subarray(0, past.tokens), past);
  return runBehind(session, past, prefix.subarray(past.tokens));
}

async function runBehind(
  session: GraphSession,
  past: KeyValues,
  ids: Uint32Array,
): Promise<Behind> {
  const fetch = [SCORING.logits];
  const firstRow = ids.length - 1;
  const { present, fetched } = await session.run({ ids, past, firstRow, topK: 1, fetch });
  return { present, last: fetched.get(SCORING.logits)! };
}
