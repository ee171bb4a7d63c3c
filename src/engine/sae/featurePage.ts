// One feature: where it is high in the open documents, which features have similar directions, and how well its label
// agrees with it.
import { lengthOf } from '../../core/sae/encode';
import type { FeatureName } from '../../core/sae/featureValues';
import { agreementOf, holdsAt, parsePredicate, type Agreement } from '../../core/sae/predicate';
import { PredicateError, UserError } from '../../core/errors';
import { featureChoice } from '../../core/sae/selection';
import { filterRows, valueAt } from '../../core/sae/sparseRows';
import { fieldsOf } from '../../core/sae/tokenFields';
import type { FeatureExample, FeaturePage } from '../../protocol/features';
import { Document } from '../documents/document';
import type { FeatureService } from './featureService';
import { matchesOf } from './predicatePattern';

const EXAMPLES = 12;
const NEIGHBOURS = 8;
const MAX_FOUND = 200;
/** UTF-16 units before and after an example that are shown at most. */
const CONTEXT = 60;

/**
 * Examples are in the order of the documents; the label's predicate is compared with the feature on the first document.
 * Throws `UserError` if there is no such feature.
 */
export async function featurePage(
  service: FeatureService,
  feature: number,
  documents: readonly Document[],
  language: string,
  signal: AbortSignal,
): Promise<FeaturePage> {
  service.checkFeature(feature);
  const { opened } = service;
  const [effects] = await service.effects.effectsOf([feature]);
  const name = service.name(feature);
  const [own] = documents;
  const histogram = opened.histogramOf(feature);
  return {
    ...name,
    histogram: histogram && [...histogram],
    neighbours: neighboursOf(service, feature),
    raises: [...effects!.raises],
    lowers: [...effects!.lowers],
    examples: documents
      .flatMap(document => examplesIn(service, document, feature, EXAMPLES))
      .sort((a, b) => b.value - a.value)
      .slice(0, EXAMPLES),
    agreement:
      own && name.label.predicate
        ? await agreementOrNull(service, own, feature, name.label.predicate, language, signal)
        : null,
  };
}

/** Where a feature is highest in what is known of a document. */
export function examplesIn(
  { windows: pass, model }: FeatureService,
  document: Document,
  feature: number,
  count: number,
): FeatureExample[] {
  const stream = document.streamBy(model.tokenizer);
  const { parts } = pass.known(document, 0, stream.size.tokens);
  const found = parts.flatMap(({ first, rows, masked }) =>
    featureChoice(
      filterRows(rows, (_, token) => token >= masked),
      feature,
      count,
    ).map(each => ({
      value: each.value,
      token: first + each.token,
    })),
  );
  const { text } = document;
  return found
    .sort((a, b) => b.value - a.value || a.token - b.token)
    .slice(0, count)
    .map(({ token, value }) => {
      const { utf16Starts, utf16Ends } = stream.tokens(token, token + 1);
      const [utf16Start, utf16End] = [utf16Starts[0]!, utf16Ends[0]!];
      const lineStart = text.lastIndexOf('\n', utf16Start - 1) + 1;
      const lineEnd = text.indexOf('\n', utf16End);
      const end = lineEnd < 0 ? text.length : lineEnd;
      return {
        uri: document.uri,
        utf16Start,
        utf16End,
        value,
        line: text.slice(0, utf16Start).split('\n').length,
        before: text.slice(Math.max(lineStart, utf16Start - CONTEXT), utf16Start),
        token: text.slice(utf16Start, utf16End),
        after: text.slice(utf16End, Math.max(utf16End, Math.min(end, utf16End + CONTEXT))),
      };
    });
}

/** Encodes a text that is not open in the editor, and finds its examples. Throws `UserError` and `Cancelled`. */
export async function examplesInText(
  service: FeatureService,
  { uri, text, feature, count }: { uri: string; text: string; feature: number; count: number },
  signal: AbortSignal,
): Promise<FeatureExample[]> {
  const document = new Document(uri, 0, text);
  await service.windows.run(document, {
    visible: [],
    maxTokens: Infinity,
    signal,
    onScored: () => {},
  });
  return examplesIn(service, document, feature, count);
}

/**
 * How a predicate agrees with a feature on what is known of a document. Throws `UserError` if it cannot be read or takes
 * too long, and `Cancelled`.
 */
export async function agreementOn(
  { windows: pass, model }: FeatureService,
  document: Document,
  feature: number,
  predicate: string,
  language: string,
  signal: AbortSignal,
): Promise<Agreement> {
  try {
    const clauses = parsePredicate(predicate);
    const stream = document.streamBy(model.tokenizer);
    const { utf16Starts, utf16Ends } = stream.tokens();
    const fields = fieldsOf(document.text, utf16Starts, utf16Ends, language);
    const holds = await holdsAt(clauses, fields, (pattern, texts) =>
      matchesOf(pattern, texts, signal),
    );
    const { parts } = pass.known(document, 0, stream.size.tokens);
    const known = parts.map(({ first, rows, masked }) => {
      const own = holds.slice(first + masked, first + rows.norms.length);
      return agreementOf(
        own.map((_, i) => valueAt(rows, masked + i, feature)),
        own,
      );
    });
    return known.reduce(
      (sum, each) => ({
        fires: sum.fires + each.fires,
        holds: sum.holds + each.holds,
        both: sum.both + each.both,
      }),
      { fires: 0, holds: 0, both: 0 },
    );
  } catch (error) {
    if (error instanceof PredicateError)
      throw new UserError(`The predicate cannot be read: ${error.message}.`);
    throw error;
  }
}

/** Features whose labels contain all the words, or the one with that number. */
export function findFeatures(service: FeatureService, words: string, limit: number): FeatureName[] {
  const { features } = service.opened.sae;
  const number = /^#?(\d+)$/.exec(words.trim())?.[1];
  if (number !== undefined && Number(number) < features) return [service.name(Number(number))];
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found: FeatureName[] = [];
  const most = Math.min(limit, MAX_FOUND);
  for (let feature = 0; feature < features && found.length < most; feature++) {
    const { description } = service.opened.label(feature);
    const text = description.toLowerCase();
    if (wanted.every(word => text.includes(word))) found.push(service.name(feature));
  }
  return found;
}

async function agreementOrNull(
  service: FeatureService,
  document: Document,
  feature: number,
  predicate: string,
  language: string,
  signal: AbortSignal,
) {
  try {
    return await agreementOn(service, document, feature, predicate, language, signal);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function neighboursOf(service: FeatureService, feature: number): FeaturePage['neighbours'] {
  const { decoder, outWidth: width, features } = service.opened.sae;
  const rowOf = (f: number) => decoder.subarray(f * width, (f + 1) * width);
  const own = rowOf(feature);
  const length = lengthOf(own);
  const cosines: { other: number; cosine: number }[] = [];
  for (let other = 0; other < features; other++) {
    if (other === feature) continue;
    const row = rowOf(other);
    let product = 0;
    let square = 0;
    for (let i = 0; i < width; i++) {
      product += row[i]! * own[i]!;
      square += row[i]! ** 2;
    }
    cosines.push({ other, cosine: product / (length * Math.sqrt(square) || 1) });
  }
  return cosines
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, NEIGHBOURS)
    .map(({ other, cosine }) => ({ ...service.name(other), cosine }));
}
