// The features of one token: those that are on, and those that nearly are.
import { preActivations } from '../../core/sae/encode';
import type { FeatureAt } from '../../core/sae/featureValues';
import type { FeatureRows } from '../../core/sae/sparseRows';
import type { FeaturesAt } from '../../protocol/features';
import type { Document } from '../documents/document';
import type { FeatureContext } from './featureContext';
import type { OpenedSae } from './openedSae';
import { tokenRange } from './tokenRange';

/** Near misses that are listed. */
const NEAR_LISTED = 5;

/**
 * At the token that holds a UTF-16 offset; null if there is none. `details` adds the near misses, and the next tokens
 * that each feature raises and lowers.
 */
export async function featuresAt(
  { opened, model, windows: pass, effects }: FeatureContext,
  document: Document,
  utf16: number,
  details: boolean,
): Promise<FeaturesAt | null> {
  const stream = document.streamBy(model.tokenizer);
  const { first: token } = stream.tokensIn(utf16, utf16 + 1);
  if (token >= stream.size.tokens) return null;
  const { ids } = stream.tokens(token, token + 1);
  const [part] = pass.known(document, token, token + 1).parts;
  const nothing: FeaturesAt = {
    ...tokenRange(stream, token),
    token,
    bytes: model.tokenizer.bytesOf(ids[0]!).slice(),
    masked: false,
    pending: false,
    unexplained: null,
    features: [],
    near: [],
  };
  if (!part) return { ...nothing, pending: true };
  if (part.masked > 0) return { ...nothing, masked: true };
  const { rows } = part;
  const shareOfMax = (i: number) => rows.values[i]! / (opened.maxOf(rows.features[i]!) || 1);
  const on = [...rows.features.keys()].sort((a, b) => shareOfMax(b) - shareOfMax(a));
  const effectsOfOn = details
    ? await effects.effectsOf(on.map(i => rows.features[i]!))
    : on.map(() => ({ raises: [], lowers: [] }));
  const features: FeatureAt[] = on.map((i, n) => ({
    ...opened.featureName(rows.features[i]!),
    value: rows.values[i]!,
    ...effectsOfOn[n]!,
  }));
  const unexplained = rows.errors[0]! / (rows.norms[0]! || 1);
  return {
    ...nothing,
    features,
    unexplained: Number.isNaN(unexplained) ? null : unexplained,
    near: details ? nearMisses(opened, rows) : [],
  };
}

/** Features of one token (`rows` has one row) that are off and closest to being on. */
function nearMisses(opened: OpenedSae, rows: FeatureRows): FeaturesAt['near'] {
  const { activation } = opened.sae;
  if (activation.kind !== 'threshold' && activation.kind !== 'topK') return [];
  const u = preActivations(opened.sae, rows.activations);
  const on = new Set(rows.features);
  const least = rows.values.reduce((a, b) => Math.min(a, b), rows.values[0] ?? 0);
  const needed = (feature: number) =>
    activation.kind === 'threshold' ? activation.threshold[feature]! : least;
  return [...u.keys()]
    .filter(feature => !on.has(feature) && u[feature]! > 0)
    .sort((a, b) => u[b]! / needed(b) - u[a]! / needed(a))
    .slice(0, NEAR_LISTED)
    .map(feature => ({
      ...opened.featureName(feature),
      value: u[feature]!,
      needed: needed(feature),
    }));
}
