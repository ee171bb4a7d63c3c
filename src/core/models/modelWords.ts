// What is known of a model on this machine, in words: the same in the list of models and on the command line.
import { formatNumberOf } from '../format';
import type { MachineModel, PlaceId } from './machineModel';

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
  return bytes < 999_500_000
    ? `${threeDigits(bytes / 1e6)} MB`
    : `${threeDigits(bytes / 1e9)} GB`;
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

const threeDigits = (value: number) => Number(value.toPrecision(3));
