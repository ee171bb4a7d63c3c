// The tensors of an adapter, under the names that the checkpoint of its base has.
import { UserError } from '../../../../core/errors';
import { quoteName } from '../../../../core/json';
import { readSafetensorsHeader } from '../../../files/safetensorsHeader';
import type { LowRank } from '../../architecture/weights';
import { checkPlace, type Shard } from '../safetensors/shards';
import { weightAt } from '../safetensors/storedWeights';
import type { AdapterConfig } from './adapterConfig';

/** Of PEFT's wrapper and its model. */
const PREFIX = /^base_model\.model\./;
/** With the adapter's own name in older files. */
const PART = /^(.*)\.lora_([AB])(?:\.default)?\.weight$/;
const SAVED = /\.modules_to_save(?:\.default)?(?=\.)|\.base_layer(?=\.)/;
/** Kinds of LoRA that are not a low-rank product beside one with the weight. */
const OTHER = /\.lora_(embedding_[AB]|magnitude_vector|bias|E)\b/;

export interface AdapterTensors {
  /** By the tensor's name in the base: what is added to it. */
  readonly lowRank: ReadonlyMap<string, LowRank>;
  /** By name: tensors that take the place of the base's. */
  readonly saved: ReadonlyMap<string, Shard>;
}

/**
 * @param has whether the base's checkpoint has a tensor
 * @param body what a checkpoint may leave out before the names of the body
 * @param head the name of the head's product
 */
export function readAdapterTensors(
  path: string,
  config: AdapterConfig,
  { has, body, head }: { has(name: string): boolean; body: string; head: string },
): AdapterTensors {
  const { tensors, size } = readSafetensorsHeader(path);
  const parts = new Map<string, { A?: Shard; B?: Shard }>();
  const saved = new Map<string, Shard>();
  const refused = (name: string, why: string) =>
    new UserError(
      `${path} has ${quoteName(name)}, ${why}. Merge it in Python with merge_and_unload() of peft, and open the result.`,
    );
  for (const tensor of tensors) {
    const { name } = tensor;
    checkPlace(tensor, path, size);
    if (!PREFIX.test(name)) throw refused(name, 'which is not part of a PEFT adapter');
    if (OTHER.test(name)) throw refused(name, 'a kind of LoRA that is not supported');
    const own = name.replace(PREFIX, '');
    const [, module, part] = PART.exec(own) ?? [];
    const target = module === undefined ? own.replace(SAVED, '') : `${module}.weight`;
    const shortened = target.startsWith(body) ? target.slice(body.length) : target;
    const inBase = [target, shortened].find(has);
    const isHead = target === `${head}.weight`;
    const shard = { ...tensor, path };
    if (module === undefined) {
      if (inBase === undefined && !isHead) throw refused(name, 'which its base does not have');
      saved.set(inBase ?? target, shard);
      continue;
    }
    if (isHead) throw refused(name, 'which changes the LM head; that is not supported');
    if (inBase === undefined) throw refused(name, 'which its base does not have');
    parts.set(inBase, { ...parts.get(inBase), [part as 'A']: shard });
  }
  return { lowRank: lowRankOf(parts, path, config), saved };
}

function lowRankOf(
  parts: ReadonlyMap<string, { A?: Shard; B?: Shard }>,
  path: string,
  { scaleOf }: AdapterConfig,
): Map<string, LowRank> {
  const found = new Map<string, LowRank>();
  for (const [name, { A, B }] of parts) {
    const rank = A?.shape[0] ?? 0;
    if (!A || !B || rank < 1 || B.shape[1] !== rank)
      throw new UserError(
        `${path} has not both parts of what it adds to ${quoteName(name)}, or they do not fit each other: is it whole?`,
      );
    found.set(name, { down: weightAt(A.name, A), up: weightAt(B.name, B), scale: scaleOf(rank) });
  }
  if (found.size === 0)
    throw new UserError(`${path} is not a LoRA adapter: it has no tensor "….lora_A.weight".`);
  return found;
}
