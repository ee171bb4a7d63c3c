// Which features of a document count as on, if not by the autoencoder's own rule.
import { maskedIn } from '../../core/sae/masking';
import { mutualChoice, perToken } from '../../core/sae/selection';
import { concatRows } from '../../core/sae/sparseRows';
import type { FeatureSelection } from '../../protocol/features';
import type { Document } from '../documents/document';
import type { KnownFeatureRows } from '../scoring/featureWindows';
import type { FeatureContext } from './featureContext';

/**
 * By the autoencoder's own rule, `parts` as they are; else a choice over the whole document, which is encoded for it.
 * Throws `Cancelled` when aborted.
 */
export async function chooseFeatures(
  { opened, model, windows: pass }: FeatureContext,
  document: Document,
  parts: readonly KnownFeatureRows[],
  choice: FeatureSelection,
  signal: AbortSignal,
): Promise<readonly KnownFeatureRows[]> {
  if (choice.kind === 'own') return parts;
  const { tokens } = document.streamBy(model.tokenizer).size;
  const count = Math.max(0, tokens - maskedIn(opened.sae, model.startTokens));
  const budget = choice.kind === 'topK' ? choice.k * count : Math.round(choice.perToken * count);
  const all = await pass.candidates(document, budget, signal);
  const rows = concatRows(all.map(each => each.rows));
  const kept = choice.kind === 'topK' ? perToken(rows, choice.k) : mutualChoice(rows, budget);
  return [{ first: 0, rows: { ...rows, ...kept }, masked: tokens - count }];
}
