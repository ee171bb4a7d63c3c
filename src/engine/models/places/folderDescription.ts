// What a model's folder is, from its small files and the header of its weights.
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hasFimNames } from '../../../core/completion/fimFormat';
import { UserError } from '../../../core/errors';
import { isObject, type Json } from '../../../core/json';
import { readSafetensorsHeader } from '../../files/safetensorsHeader';
import { fromConfig } from '../architecture/fromConfig';
import { licenceOfCard, MOST_CARD } from '../cardLicence';
import { readModelConfig } from '../modelConfig';
import { repositoryOf } from '../../files/namedPath';
import { readAdapter } from '../sources/adapter/adapterSource';
import { dtypesIn } from '../sources/onnx/graphFiles';
import { findSafetensors } from '../sources/safetensors/shards';
import { weightsIn } from '../sources/sources';
import type { Description } from './description';
import { Place } from './place';
import { quantisationOfGraph } from './quantisation';
import { kindOfJson } from './tokenizerKind';

/** The largest tokenizers have more: what they begin with is what is looked at. */
const MOST_TOKENIZER = 32 << 20;
const BYTES_PER_WEIGHT: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 };
const TOKENIZERS = /^(tokenizer\.json|vocab\.json|tokenizer\.bin|.*\.tiktoken|.*\.model)$/;

/** Never throws for what the folder may hold; undefined where it holds neither a model nor a tokenizer. */
export function describeFolder(place: Place, folder: string): Description | undefined {
  const at = (name: string) => join(folder, name);
  const names = place.entries(folder).map(({ name }) => name);
  const config = place.json(at('config.json'));
  const adapter = place.json(at('adapter_config.json'));
  const hasTokenizer = names.some(name => TOKENIZERS.test(name) && place.has(at(name)));
  if (!config && !adapter && !hasTokenizer) return undefined;
  const own = place.json(at('tokenscope.json')) ?? {};
  const known = {
    ...ofConfig(config ?? {}),
    licence: licenceOfCard(place.head(at('README.md'), MOST_CARD)?.toString('utf8') ?? ''),
  };
  if (adapter && findSafetensors(folder) === undefined) return ofAdapter(place, folder, known);
  const weights = ofWeights(place, folder, config ?? {});
  const text = place.head(at('tokenizer.json'), MOST_TOKENIZER);
  const tokenizer = kindOfJson(text?.toString('utf8') ?? '');
  const described = { ...known, ...weights };
  if (!hasTokenizer) return { ...described, opens: 'no', why: 'It has no supported tokenizer.' };
  if (tokenizer.refused) return { ...described, opens: 'no', why: `${tokenizer.refused}.` };
  if (described.opens !== 'model') return described;
  return {
    ...described,
    exactBytes: isRounded(described) ? false : tokenizer.exactBytes,
    fillsMiddle:
      isObject(own.fim) || (text ? hasFimNames(name => text.includes(JSON.stringify(name))) : null),
    autoencoders: Array.isArray(own.saes) ? own.saes.length : 0,
  };
}

function ofConfig(config: Json): Partial<Description> {
  const { model_type: family } = config;
  const hasConfig = Object.keys(config).length > 0;
  return {
    family: typeof family === 'string' ? family.slice(0, 60) : null,
    contextTokens: hasConfig ? readModelConfig(config).contextTokens : null,
  };
}

/** An adapter is its base with what it adds, where the base is on this machine. */
function ofAdapter(place: Place, folder: string, known: Partial<Description>): Description {
  try {
    const { base, path } = readAdapter(folder);
    const why = place.whyNot(path);
    if (why) return { opens: 'no', why: `Of ${basename(path)}: ${why}.` };
    const described = describeFolder(new Place(place.id, repositoryOf(base) ?? base), base);
    if (described?.opens !== 'model') return { opens: 'no', why: described?.why || NO_BASE };
    const licence = known.licence ?? described.licence ?? null;
    return {
      ...described,
      licence,
      quantisation: `${described.quantisation ?? ''} + LoRA`.trim(),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { opens: 'no', why: capital(error.message.replace(`${folder} is`, 'It is')) };
  }
}

const NO_BASE = 'Its base cannot be opened.';

/** Which weights would be opened, and whether they would. */
function ofWeights(place: Place, folder: string, config: Json): Description {
  const { noScores } = readModelConfig(config);
  if (noScores) return { opens: 'tokenizer', why: `${capital(noScores)}.` };
  const found = weightsIn(folder);
  if ('missing' in found) return { opens: 'tokenizer', why: `${capital(found.missing)}.` };
  const { path } = found;
  const why = place.whyNot(path);
  if (why) return { opens: 'no', why: `Of ${basename(path)}: ${why}.` };
  if (path.endsWith('.onnx'))
    return { ...ofGraph(place, path), dtypes: dtypesIn(folder), opens: 'model' };
  const stored = ofSafetensors(place, folder);
  try {
    const { contextTokens } = fromConfig(config, 'config.json');
    return { ...stored, contextTokens, opens: 'model' };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...stored, opens: 'no', why: capital(error.message) };
  }
}

/** Half precision and activations in 8 bits: what a token gets depends on what else is in a run. */
function isRounded({ format, quantisation }: Description): boolean {
  return format === 'onnx' && /F16$|^FP16$|^(QUANTIZED|U?INT8)$/.test(quantisation ?? '');
}

function ofGraph(place: Place, path: string): Partial<Description> {
  const name = basename(path);
  const folder = dirname(path);
  const quantisation = quantisationOfGraph(name);
  // "model.onnx_data", "model.onnx.data_1"
  const parts = place.entries(folder).filter(each => each.name.startsWith(name));
  const own = sizeOf(parts.map(each => each.path));
  // The weights of a graph may be those of a checkpoint beside it.
  const beside = quantisation === 'F32' ? sizeOf([join(folder, 'model.safetensors')]) : 0;
  const bytes = Math.max(own, beside);
  const parameters = quantisation === 'F32' ? Math.round(bytes / 4) : null;
  return { format: 'onnx', quantisation, bytes, parameters };
}

function ofSafetensors(place: Place, folder: string): Partial<Description> {
  const paths = place
    .entries(folder)
    .filter(({ name }) => /^model.*\.safetensors$/.test(name))
    .map(({ path }) => path)
    .filter(path => place.has(path));
  const bytes = sizeOf(paths);
  const quantisation = paths[0] === undefined ? null : typeOf(paths[0]);
  const width = BYTES_PER_WEIGHT[quantisation ?? ''];
  const parameters = width === undefined ? null : Math.round(bytes / width);
  return { format: 'safetensors', quantisation, bytes, parameters };
}

/** Of most of its bytes; null where it is damaged. */
function typeOf(path: string): string | null {
  try {
    const bytes = new Map<string, number>();
    for (const { dtype, length } of readSafetensorsHeader(path).tensors)
      bytes.set(dtype, (bytes.get(dtype) ?? 0) + length);
    return [...bytes].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function sizeOf(paths: readonly string[]): number {
  return paths.reduce(
    (sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

const capital = (words: string) => `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`;
