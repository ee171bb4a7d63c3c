// A checkpoint as transformers saves it: config.json and safetensors. The graph is built here from the configuration.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../../../core/errors';
import { quoteName } from '../../../../core/json';
import { decoderGraph } from '../../../onnx/build/decoderGraph';
import type { Architecture } from '../../architecture/architecture';
import { fromConfig } from '../../architecture/fromConfig';
import { readJson } from '../../readJson';
import type { LowRank } from '../../architecture/weights';
import { fitsMemory, type ModelSource } from '../../source';
import { openBuilt, type BuiltModel } from '../built/openBuilt';
import { findSafetensors, isSafetensors, readShards, type Shard } from './shards';
import { StoredWeights } from './storedWeights';

const CONFIG = 'config.json';

export const safetensorsSource: ModelSource = {
  find(folder) {
    const path = existsSync(join(folder, CONFIG)) ? findSafetensors(folder) : undefined;
    return path === undefined ? undefined : { path };
  },
  at(file) {
    const folder = dirname(file);
    const path = isSafetensors(file) ? findSafetensors(folder) : undefined;
    return path === undefined ? undefined : { folder, found: { path } };
  },
  whyNone: folder =>
    findSafetensors(folder) === undefined
      ? whyNoCheckpoint(folder)
      : `there is no ${CONFIG} beside its model.safetensors`,
  opensExactly(weightsPath, folder) {
    try {
      const { weightBytes, types } = builtFromCheckpoint(weightsPath, folder);
      const isHalf = types.some(type => type !== 'F32');
      return fitsMemory(isHalf ? 2 * weightBytes : weightBytes);
    } catch (error) {
      if (error instanceof UserError) return false;
      throw error;
    }
  },
  async open(weightsPath, folder, _shape, startRuntime) {
    const { types, ...built } = builtFromCheckpoint(weightsPath, folder);
    const path = join(folder, CONFIG);
    const from = `${weightsPath} (${types.join(', ')})`;
    return openBuilt({ ...built, folder, path, from }, startRuntime);
  },
};

interface BuiltFromCheckpoint extends Pick<BuiltModel, 'architecture' | 'built' | 'weightBytes'> {
  /** Of its tensors, each once, as the format calls them. */
  readonly types: readonly string[];
}

function whyNoCheckpoint(folder: string): string {
  const has = (name: string) => existsSync(join(folder, name));
  if (has('pytorch_model.bin') || has('pytorch_model.bin.index.json'))
    return 'its weights are in pytorch_model.bin, a pickle that can run code and is not loaded. Convert them in Python: AutoModelForCausalLM.from_pretrained(folder).save_pretrained(folder)';
  if (has('adapter_model.safetensors'))
    return 'it holds an adapter (adapter_model.safetensors) without its adapter_config.json, which says what it changes';
  return 'there is no model.safetensors';
}

/** What changes a checkpoint on opening: given its architecture and its tensors. */
export type AdaptCheckpoint = (
  architecture: Architecture,
  tensors: ReadonlyMap<string, Shard>,
) => {
  readonly architecture: Architecture;
  readonly tensors: ReadonlyMap<string, Shard>;
  readonly lowRank: ReadonlyMap<string, LowRank>;
};

const asItIs: AdaptCheckpoint = (architecture, tensors) => ({
  architecture,
  tensors,
  lowRank: new Map(),
});

/** Throws `UserError` that says what is not known, does not fit or is damaged. */
export function builtFromCheckpoint(
  weightsPath: string,
  folder: string,
  adapt = asItIs,
): BuiltFromCheckpoint {
  const config = fromConfig(readJson(folder, CONFIG) ?? {}, join(folder, CONFIG));
  const stored = readShards(weightsPath);
  checkUnquantized(stored.keys(), weightsPath);
  const { architecture: given, tensors, lowRank } = adapt(config, stored);
  const architecture = withHead(given, new StoredWeights(given, tensors, weightsPath).hasHead);
  const weights = new StoredWeights(architecture, tensors, weightsPath, lowRank);
  const built = decoderGraph(architecture, weights);
  weights.checkAllUsed();
  const all = [...tensors.values()];
  return {
    architecture,
    built,
    weightBytes: all.reduce((sum, { length }) => sum + length, 0),
    types: [...new Set(all.map(({ dtype }) => dtype))].sort(),
  };
}

/** Parts of weights that other programs unpack: GPTQ, AWQ, bitsandbytes, compressed-tensors, fp8. */
const PACKED =
  /\.(qweight|qzeros|weight_packed|weight_scale|weight_scale_inv|weight\.(absmax|quant_map|quant_state\..+))$/;

/** A configuration may say nothing of it. */
function checkUnquantized(names: Iterable<string>, path: string): void {
  for (const name of names)
    if (PACKED.test(name))
      throw new UserError(
        `${path} has quantized weights (${quoteName(name)}), which are not supported. Open the original model, a GGUF file of it, or an ONNX export.`,
      );
}

/** A checkpoint without a head uses the table of tokens, whatever its configuration says. */
function withHead(architecture: Architecture, hasHead: boolean): Architecture {
  if (hasHead || architecture.head.tied) return architecture;
  return {
    ...architecture,
    head: { ...architecture.head, tied: true },
    warnings: [
      ...architecture.warnings,
      'The files have no LM head, so the token embeddings are used instead, although config.json does not say so.',
    ],
  };
}
