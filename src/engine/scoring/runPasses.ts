// Runs passes over a document one after the other, with one progress over all of them.
import { UserError } from '../../core/errors';
import type { ByteProof, PassRequest, ScoreSummary } from '../../protocol/scores';
import type { DocumentVersion, Refusal } from '../../protocol/types';
import type { Document } from '../documents/document';
import type { EngineState } from '../engineState';
import type { Pass } from './pass';

/** Throws `UserError` with the reason of the first pass that is not available, once the others are done; `Cancelled`. */
export async function runPasses(
  state: EngineState,
  wanted: readonly Pass[],
  document: Document,
  request: DocumentVersion & PassRequest,
  signal: AbortSignal,
): Promise<ScoreSummary> {
  const began = performance.now();
  const passes: Pass[] = [];
  let refusal: Refusal | undefined;
  for (const pass of wanted) {
    const own = await pass.available(document);
    if (!own) passes.push(pass);
    refusal ??= own;
  }
  const total = passes.reduce((sum, pass) => sum + pass.total(document), 0);
  const report = state.progressReporter(request, total);
  const { visible, maxTokens, whole = false } = request;
  const proofs: ByteProof[] = [];
  let scored = 0;
  for (const pass of passes) {
    const before = scored;
    const onScored = (own: number) => report(before + own);
    const result = await pass.run(document, { visible, maxTokens, whole, signal, onScored });
    scored += result.scored;
    if (result.proof) proofs.push(result.proof);
  }
  if (refusal) throw new UserError(refusal.refused);
  return {
    scored,
    total,
    proofs: proofs.length === passes.length ? proofs : [],
    ms: performance.now() - began,
  };
}
