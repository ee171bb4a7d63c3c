// What an autoencoder is called on Neuronpedia: `model/source`, such as gpt2-small/8-res-jb.
import { asString, type Json } from '../json';

const PART = '(?!\\.+(?:$|[/@]))[\\w.-]{1,200}';
const NAME = new RegExp(`^(${PART})[/@](${PART})(?:[/:]\\d+)?$`);
/** Of its pages. */
const ADDRESS = /^https?:\/\/(?:www\.)?neuronpedia\.org\//;

/** The name in what a user typed: a name, the address of a page, or a feature of it. Undefined where there is none. */
export function neuronpediaName(text: string): string | undefined {
  const words = text
    .trim()
    .replace(ADDRESS, '')
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '');
  const [, model, source] = NAME.exec(words) ?? [];
  return source && `${model}/${source}`;
}

/** The name that a label's own fields make; undefined where they do not say it. */
export function sourceName({ modelId, layer }: Json): string | undefined {
  const model = asString(modelId);
  const source = asString(layer);
  return model && source ? `${model}/${source}` : undefined;
}
