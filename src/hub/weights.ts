// The weights of a repository: many hold the same model in several formats and precisions, of which one is needed.
import { UserError } from '../core/errors';
import type { HubFile, Repository } from './repository';

export interface Weights {
  readonly kind: 'safetensors' | 'onnx' | 'gguf' | 'adapter' | 'autoencoder' | 'none';
  /** The file that is opened, in the repository; of several parts the first, or the index; of an autoencoder its folder. */
  readonly name: string;
  readonly files: readonly HubFile[];
  /** Infinity where the server does not say it. */
  readonly bytes: number;
}

/** Tokenizer files alone serve the tokens lens. */
export const NO_WEIGHTS: Weights = { kind: 'none', name: 'none', files: [], bytes: 0 };

/** What Tokenscope opens, the one that is taken without a choice first. */
export function weightsOf(files: readonly HubFile[]): Weights[] {
  const models = [...safetensors(files), ...graphs(files), ...ggufs(files)];
  return models.length > 0 ? models : adapters(files);
}

/**
 * `wanted`: a file's name, a kind ('onnx'), or a part of a name between its dots, dashes and underscores ('q4',
 * 'Q4_K_M'); 'none' is the tokenizer alone. Without it the first is taken. Throws `UserError` with those that there are.
 */
export function chooseWeights({ name, files }: Repository, wanted?: string): Weights {
  const all = weightsOf(files);
  if (wanted === 'none') return NO_WEIGHTS;
  const [first] = all;
  if (!first) throw new UserError(`${name} has no supported weights: ${whyNone(files)}.`);
  if (wanted === undefined) return first;
  const exact = all.find(each => each.name === wanted || each.kind === wanted.toLowerCase());
  const named = exact ? [exact] : all.filter(each => hasPart(each.name, wanted));
  if (named.length === 1) return named[0]!;
  const list = (named.length > 0 ? named : all).map(each => each.name).join(', ');
  throw new UserError(
    named.length > 0
      ? `"${wanted}" matches several weights of ${name}: ${list}. Give the full name.`
      : `${name} has no weights "${wanted}". Available: ${list}.`,
  );
}

function hasPart(name: string, wanted: string): boolean {
  const literal = wanted.replace(/[^\w]/g, '\\$&');
  return new RegExp(`(?:^|[^a-z0-9])${literal}(?:[^a-z0-9]|$)`, 'i').test(name);
}

function safetensors(files: readonly HubFile[]): Weights[] {
  const one = files.find(({ name }) => name === 'model.safetensors');
  if (one) return [weights('safetensors', [one])];
  const index = files.find(({ name }) => name === 'model.safetensors.index.json');
  const shards = files.filter(({ name }) => /^model-\d+-of-\d+\.safetensors$/.test(name));
  const parts = wholeParts(shards);
  return index && parts ? [weights('safetensors', [index, ...parts])] : [];
}

const ADAPTER = ['adapter_model.safetensors', 'adapter_config.json'];

/** Of PEFT: its base is another repository. */
function adapters(files: readonly HubFile[]): Weights[] {
  const own = ADAPTER.flatMap(name => files.find(file => file.name === name) ?? []);
  return own.length === ADAPTER.length ? [weights('adapter', own)] : [];
}

/** Those whose numbers are closest to the trained model's come first. */
const PRECISIONS = ['', 'fp16', 'q4', 'q4f16', 'bnb4', 'quantized', 'int8', 'uint8'];

/** Graphs by their usual names, with the files beside them that hold their tensors. */
function graphs(files: readonly HubFile[]): Weights[] {
  const found = files.flatMap(file => {
    const match = /^(?:onnx\/)?(?:model(?:_(\w+))?|decoder_with_past_model)\.onnx$/.exec(file.name);
    if (!match) return [];
    const data = files.filter(({ name }) => isDataOf(file.name, name));
    return [{ ...weights('onnx', [file, ...data]), rank: rankOf(PRECISIONS, match[1] ?? '') }];
  });
  return found.sort((a, b) => a.rank - b.rank).map(({ rank: _, ...each }) => each);
}

/** As exporters call it: model.onnx_data, model.onnx_data_1, model.onnx.data. */
function isDataOf(graph: string, name: string): boolean {
  return name.startsWith(graph) && /^(_data(_\d+)?|\.data)$/.test(name.slice(graph.length));
}

/** A weight takes 4 bytes of memory whatever it takes in the file, so that the most exact small one comes first. */
const QUANTISATIONS = ['Q8_0', 'Q6_K', 'Q5_K_M', 'Q5_K_S', 'Q4_K_M', 'Q4_K_S', 'Q4_1', 'Q4_0'];
/** Parts of other models, and types that are not opened. */
const NOT_OPENED = /(^|[/._-])mmproj[/._-]|(^|\/)mtp-|imatrix|[-._](IQ[123]|TQ[12])_/i;

function ggufs(files: readonly HubFile[]): Weights[] {
  const groups = new Map<string, HubFile[]>();
  for (const file of files) {
    if (!/\.gguf$/i.test(file.name) || NOT_OPENED.test(file.name)) continue;
    const model = file.name.replace(PART, '');
    groups.set(model, [...(groups.get(model) ?? []), file]);
  }
  const whole = [...groups.values()].flatMap(each => {
    const parts = wholeParts(each);
    return parts ? [weights('gguf', parts)] : [];
  });
  const rank = ({ name }: Weights) => {
    const at = QUANTISATIONS.findIndex(type => hasPart(name, type));
    return at < 0 ? QUANTISATIONS.length : at;
  };
  return whole.sort((a, b) => rank(a) - rank(b));
}

const PART = /-(\d{5})-of-(\d{5})(?=\.\w+$)/;

/** In order, or undefined where one is missing. A file that is no part is whole. */
function wholeParts(files: readonly HubFile[]): HubFile[] | undefined {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const count = Number(PART.exec(sorted[0]?.name ?? '')?.[2] ?? 1);
  const isWhole = sorted.every(({ name }, i) => {
    const [, number, all] = PART.exec(name) ?? [];
    return number === undefined || (Number(number) === i + 1 && Number(all) === count);
  });
  return isWhole && sorted.length === count ? sorted : undefined;
}

function weights(kind: Weights['kind'], files: readonly HubFile[]): Weights {
  const bytes = files.reduce((sum, file) => sum + (file.bytes ?? Infinity), 0);
  return { kind, name: files[0]!.name, files, bytes };
}

function rankOf(order: readonly string[], value: string): number {
  const at = order.indexOf(value);
  return at < 0 ? order.length : at;
}

function whyNone(files: readonly HubFile[]): string {
  const has = (name: string | RegExp) =>
    files.some(file => (typeof name === 'string' ? file.name === name : name.test(file.name)));
  if (has('adapter_config.json')) return 'it holds an adapter without adapter_model.safetensors';
  if (has(/^pytorch_model.*\.bin/))
    return 'they are in pytorch_model.bin, a pickle that can run code. Choose a repository with safetensors';
  if (has(/decoder_model_merged\w*\.onnx$/))
    return 'its graph is a merged decoder: take a repository with model.onnx or model.safetensors';
  if (has(/\.gguf$/i)) return 'its GGUF files lack parts, or are of types that are not read';
  return 'there is no model.safetensors, no onnx/model.onnx and no .gguf file in it';
}
