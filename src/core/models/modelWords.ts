// What is known of a model on this machine, in words: the same in the list of models and on the command line.
import { formatNumberOf } from '../format';
import type { DtypeChoice, MachineModel, PlaceId } from './machineModel';

export const PLACE_TITLES: Readonly<Record<PlaceId, string>> = {
  'built-in': 'built in',
  hub: 'Hugging Face cache',
  ollama: 'Ollama',
  'lm-studio': 'LM Studio',
  'llama.cpp': 'llama.cpp',
  recent: 'recent',
};

/** `494 M`, `1.5 B`. */
export function formatParameters(count: number): string {
  if (count < 999_500) return `${Math.round(count / 1000)} k`;
  if (count < 999_500_000) return `${threeDigits(count / 1e6)} M`;
  return `${threeDigits(count / 1e9)} B`;
}

/** `398 MB`, `4.7 GB`. */
export function formatSize(bytes: number): string {
  if (bytes < 999_500) return `${Math.ceil(bytes / 1000)} kB`;
  return bytes < 999_500_000 ? `${threeDigits(bytes / 1e6)} MB` : `${threeDigits(bytes / 1e9)} GB`;
}

/** Family, parameters, quantisation, size, licence: what is known of them. */
export function modelFacts(model: MachineModel): string[] {
  const { family, parameters, quantisation, bytes, licence } = model;
  return [
    family,
    parameters && `${formatParameters(parameters)} parameters`,
    quantisation,
    bytes && formatSize(bytes),
    licence,
  ].filter(fact => typeof fact === 'string' && fact !== '') as string[];
}

/** What it can do here, or why it does not open as a model. */
export function abilities(model: MachineModel): string {
  if (model.opens === 'no') return model.why;
  if (model.opens === 'tokenizer') return `Tokens alone. ${model.why}`;
  const { fillsMiddle, exactBytes, autoencoders } = model;
  return [
    fillsMiddle && 'fills in the middle',
    exactBytes && 'exact bytes',
    exactBytes === false && 'no exact bytes',
    autoencoders > 0 && formatNumberOf(autoencoders, 'autoencoder'),
  ]
    .filter(Boolean)
    .join(', ');
}

const DTYPE_WORDS: Readonly<Record<string, string>> = {
  fp32: '32-bit floats',
  fp16: 'half precision',
  q4: '4 bits',
  bnb4: '4 bits (bitsandbytes)',
  q4f16: '4 bits in half precision',
  q8: '8 bits',
  int8: '8 bits, signed',
  uint8: '8 bits, unsigned',
};
/** What is known of the numbers that come out. */
const DTYPE_COSTS: Readonly<Record<string, string>> = {
  fp16: 'no exact bytes',
  q4f16: 'no exact bytes',
  q8: 'numbers depend on the other tokens of a run; no exact bytes',
  int8: 'numbers depend on the other tokens of a run; no exact bytes',
  uint8: 'numbers depend on the other tokens of a run; no exact bytes',
};

/** '32-bit floats'; as it is called where it is not known here. */
export const dtypeWords = (dtype: string) => DTYPE_WORDS[dtype] ?? dtype;

/** What a choice takes and costs, and why it is the usual one. */
export function dtypeFactsOf({ dtype, memory, written, isDefault }: DtypeChoice): string[] {
  return [
    `${formatSize(memory)} of memory`,
    written > 0 && `${formatSize(written)} on the disk, written once`,
    DTYPE_COSTS[dtype],
    isDefault && `the default: ${isDefault}`,
  ].filter(fact => typeof fact === 'string');
}

const threeDigits = (value: number) => Number(value.toPrecision(3));
