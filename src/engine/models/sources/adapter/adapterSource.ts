// An adapter of PEFT (LoRA) in place of a model's folder: its base is opened with what it adds. The base's weights are used
// as they lie in their files; nothing is merged on the disk.
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../../../core/errors';
import type { ModelSource } from '../../source';
import { openBuilt } from '../built/openBuilt';
import { builtFromCheckpoint, type AdaptCheckpoint } from '../safetensors/safetensorsSource';
import { findSafetensors } from '../safetensors/shards';
import { tensorNames } from '../safetensors/tensorNames';
import { baseOf } from './adapterBase';
import { ADAPTER_CONFIG, readAdapterConfig, type AdapterConfig } from './adapterConfig';
import { readAdapterTensors } from './adapterTensors';

const TENSORS = 'adapter_model.safetensors';
const PICKLE = 'adapter_model.bin';

/** An adapter's folder, also of one of its files that was chosen; undefined where it is none. */
export function adapterFolder(chosen: string, isFile: boolean): string | undefined {
  const folder = isFile ? dirname(chosen) : chosen;
  if (isFile && ![TENSORS, ADAPTER_CONFIG].includes(basename(chosen))) return undefined;
  const isAdapter = existsSync(join(folder, ADAPTER_CONFIG)) && !findSafetensors(folder);
  return isAdapter ? folder : undefined;
}

/** The folder of its base, and its own tensors. Throws `UserError` that says what is missing or not computed here. */
export function readAdapter(folder: string) {
  const config = readAdapterConfig(folder);
  const path = join(folder, TENSORS);
  if (!existsSync(path))
    throw new UserError(
      existsSync(join(folder, PICKLE))
        ? `${join(folder, PICKLE)} is a pickle, which can run code, and is not loaded. Convert it in Python: PeftModel.from_pretrained(base, folder).save_pretrained(folder).`
        : `${folder} has no ${TENSORS} beside its ${ADAPTER_CONFIG}: is its download complete?`,
    );
  const base = baseOf(folder, config);
  const baseWeights = findSafetensors(base);
  if (baseWeights === undefined)
    throw new UserError(
      `${folder} is an adapter of ${base}, which has no model.safetensors: an adapter opens with a checkpoint of its base, not with an ONNX export or a GGUF file.`,
    );
  return { config, path, base, baseWeights };
}

export const adapterSource: ModelSource = {
  find: () => undefined,
  whyNone: () => 'there is no adapter',
  async open(path, folder, _shape, startRuntime) {
    const { config, base, baseWeights } = readAdapter(folder);
    const { types, ...built } = builtFromAdapter(path, config, base, baseWeights);
    const from = `${baseWeights} (${types.join(', ')}), with the adapter ${path} added (LoRA)`;
    return openBuilt({ ...built, folder, path: join(base, 'config.json'), from }, startRuntime);
  },
};

/** Throws `UserError` that says what does not fit, or is not computed here. */
export function builtFromAdapter(
  path: string,
  config: AdapterConfig,
  base: string,
  baseWeights: string,
) {
  const adapt: AdaptCheckpoint = (architecture, tensors) => {
    const { body, head } = tensorNames(architecture);
    const has = (name: string) => tensors.has(name);
    const { lowRank, saved } = readAdapterTensors(path, config, { has, body, head });
    const table = tensorNames(architecture).named(
      { layer: null, role: 'tokens', part: 'weight' },
      architecture,
    ).tensor;
    const own = [`${body}${table}`, table].map(name => saved.get(name)).find(Boolean);
    const hasHead = saved.has(`${head}.weight`);
    if (own && architecture.head.tied && !hasHead)
      throw new UserError(
        `${path} holds a table of tokens, and its base has the same table as its head: which of the two it changes is not known. Merge it in Python with merge_and_unload() of peft, and open the result.`,
      );
    const vocabSize = own?.shape[0] ?? architecture.vocabSize;
    return {
      architecture: {
        ...architecture,
        vocabSize,
        ...(hasHead && { head: { ...architecture.head, tied: false } }),
      },
      tensors: new Map([...tensors, ...saved]),
      lowRank,
    };
  };
  return builtFromCheckpoint(baseWeights, base, adapt);
}
