// The features of a document, one row each, those that stand out most first.
import { qualityOf, SUSPICIOUS_FVU, surpriseOf } from '../../core/sae/quality';
import type { FeatureRow, FeatureSelection, FeatureTable } from '../../protocol/features';
import type { Document } from '../documents/document';
import type { KnownFeatureRows } from '../scoring/featureWindows';
import { chooseFeatures } from './chooseFeatures';
import type { FeatureContext } from './featureContext';
import type { OpenedSae } from './openedSae';
import { tokenRange } from './tokenRange';

/** On fewer tokens the FVU says too little to warn of it. */
const TOKENS_FOR_WARNING = 50;

export interface TableRequest {
  readonly choice: FeatureSelection;
  /** Features that fire on a larger share of tokens are left out. */
  readonly densityCutoff: number;
  /** Rows. */
  readonly limit: number;
}

/** Throws `Cancelled` when aborted. */
export async function featureTable(
  context: FeatureContext,
  document: Document,
  { choice, densityCutoff, limit }: TableRequest,
  signal: AbortSignal,
): Promise<FeatureTable> {
  const { opened, model, windows: pass } = context;
  const stream = document.streamBy(model.tokenizer);
  const { parts, pending } = pass.known(document, 0, stream.size.tokens);
  const quality = qualityOf(parts);
  const chosen = await chooseFeatures(context, document, parts, choice, signal);
  const rows = rowsByFeature(opened, chosen, densityCutoff)
    .sort((a, b) => b.surprise - a.surprise)
    .slice(0, limit);
  const fvu = Number.isNaN(quality.fvu) ? null : quality.fvu;
  const isBad = fvu !== null && quality.tokens > TOKENS_FOR_WARNING && fvu > SUSPICIOUS_FVU;
  return {
    tokens: quality.tokens,
    pending,
    fvu,
    l0: quality.tokens === 0 ? null : choice.kind === 'own' ? quality.l0 : l0Of(chosen),
    warning: [
      ...(isBad
        ? [
            `${(100 * fvu).toFixed(0)} % of the variance is unexplained: the autoencoder may be for another model, another hook point, or other text.`,
          ]
        : []),
      ...opened.problems,
    ].join(' '),
    rows: rows.map(({ token, ...row }) => ({ ...row, at: tokenRange(stream, token) })),
  };
}

/** A row of the table, with the token where the feature is highest. */
type TokenRow = Omit<FeatureRow, 'at'> & { token: number };

function rowsByFeature(
  opened: OpenedSae,
  parts: readonly KnownFeatureRows[],
  densityCutoff: number,
): TokenRow[] {
  const found = new Map<number, { tokens: number; value: number; token: number }>();
  let counted = 0;
  for (const { first, rows, masked } of parts) {
    counted += rows.norms.length - masked;
    for (let token = masked; token < rows.norms.length; token++)
      for (let i = rows.starts[token]!; i < rows.starts[token + 1]!; i++) {
        const known = found.get(rows.features[i]!) ?? { tokens: 0, value: 0, token: 0 };
        found.set(rows.features[i]!, known);
        known.tokens++;
        if (rows.values[i]! <= known.value) continue;
        known.value = rows.values[i]!;
        known.token = first + token;
      }
  }
  return [...found].flatMap(([feature, known]): TokenRow[] => {
    const name = opened.featureName(feature);
    const density = name.density ?? known.tokens / counted;
    if (density > densityCutoff) return [];
    return [{ ...name, ...known, surprise: surpriseOf(known.value, density) }];
  });
}

/** Features on at a token that is not masked, on average. */
function l0Of(parts: readonly KnownFeatureRows[]): number {
  const tokens = parts.reduce((sum, { rows, masked }) => sum + rows.norms.length - masked, 0);
  return parts.reduce((sum, { rows }) => sum + rows.values.length, 0) / (tokens || 1);
}
