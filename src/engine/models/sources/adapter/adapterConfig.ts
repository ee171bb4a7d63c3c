// The adapter_config.json of PEFT: which model an adapter is of, and what it does to it. What is not LoRA as its paper has
// it is refused by name. https://github.com/huggingface/peft, src/peft/tuners/lora/config.py
import { join } from 'node:path';
import { UserError } from '../../../../core/errors';
import { isObject, quote, type Json } from '../../../../core/json';
import { readJson } from '../../readJson';

export const ADAPTER_CONFIG = 'adapter_config.json';

export interface AdapterConfig {
  /** The file, for messages. */
  readonly source: string;
  /** The base, as it was called where the adapter was trained: a name on the hub, or a path there. */
  readonly base: string;
  /** Factor of what an adapter of a rank adds. */
  scaleOf(rank: number): number;
}

/** Keys that say how an adapter was trained, and nothing of what it does. */
const TRAINING = new Set([
  'peft_type',
  'task_type',
  'base_model_name_or_path',
  'revision',
  'inference_mode',
  'lora_dropout',
  'exclude_modules',
  'auto_mapping',
  'peft_version',
  'megatron_core',
  'qalora_group_size',
  'runtime_config',
  // What they name is in the tensors, whose shapes say their ranks.
  'r',
  'rank_pattern',
  'target_modules',
  'modules_to_save',
  'layers_to_transform',
  'layers_pattern',
  // A product with its inputs and outputs exchanged is so in the base, too.
  'fan_in_fan_out',
  // Read below.
  'lora_alpha',
  'use_rslora',
  'bias',
  'init_lora_weights',
]);

/** Beginnings that change the base's own weights, too: what is saved is no change of the published base. */
const CHANGES_BASE = /^(pissa|olora|loftq|corda|lora_ga|milora)/i;

/** Throws `UserError` that names the key. */
export function readAdapterConfig(folder: string): AdapterConfig {
  const source = join(folder, ADAPTER_CONFIG);
  const config = readJson(folder, ADAPTER_CONFIG) ?? {};
  const { peft_type, base_model_name_or_path: base, lora_alpha: alpha, bias = 'none' } = config;
  if (peft_type !== 'LORA') throw refused(source, 'peft_type', peft_type);
  if (bias !== 'none') throw refused(source, 'bias', bias);
  checkInitialisation(source, config);
  for (const [key, value] of Object.entries(config))
    if (!TRAINING.has(key) && !isNothing(value)) throw refused(source, key, value);
  if (typeof base !== 'string' || base === '')
    throw new UserError(`${source} does not name its base model ("base_model_name_or_path").`);
  if (typeof alpha !== 'number' || !Number.isFinite(alpha))
    throw refused(source, 'lora_alpha', alpha);
  const isRankStabilised = config.use_rslora === true;
  return {
    source,
    base,
    // arXiv 2312.03732
    scaleOf: rank => alpha / (isRankStabilised ? Math.sqrt(rank) : rank),
  };
}

function checkInitialisation(source: string, { init_lora_weights: how }: Json): void {
  if (typeof how === 'string' && CHANGES_BASE.test(how))
    throw refused(source, 'init_lora_weights', how);
}

/** A key of a kind of adapter that is not used. */
function isNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === null || value === false || value === undefined;
}

function refused(source: string, key: string, value: unknown): UserError {
  return new UserError(
    `${source} has ${quote(key)}: ${quote(value)}, which is not supported: only plain LoRA without biases is. Merge it in Python with merge_and_unload() of peft, and open the result.`,
  );
}
