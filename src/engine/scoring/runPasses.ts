// Runs passes over a document one after the other, with one progress over all of them.
import type { ByteProof, PassRequest, ScoreSummary } from '../../protocol/scores';
import type { DocumentVersion, Refusal } from '../../protocol/types';
import type { Document } from '../documents/document';
import type { EngineState } from '../engineState';
import type { Pass } from './pass';

/** A refusal is that of the first pass that gave one, once the others are done. Throws as `Pass.run` does. */
export async function runPasses(
  state: EngineState,
  wanted: readonly Pass[],
  document: Document,
  request: DocumentVersion & PassRequest,
  signal: AbortSignal,
): Promise<ScoreSummary | Refusal> {
  const began = performance.now();
  const total = wanted.reduce((sum, pass) => sum + pass.total(document), 0);
  const report = state.progressReporter(request, total);
  const { visible, maxTokens, whole = false } = request;
  const proofs: ByteProof[] = [];
  let refusal: Refusal | undefined;
  let scored = 0;
  for (const pass of wanted) {
    const before = scored;
    const onScored = (own: number) => report(before + own);
    const run = { visible, maxTokens, whole, signal, onScored };
    // Asked pass by pass: what the first needs is not held up by what the second opens.
    const result = (await pass.available(document)) ?? (await pass.run(document, run));
    if ('refused' in result) {
      refusal ??= result;
      continue;
    }
    scored += result.scored;
    if (result.proof) proofs.push(result.proof);
  }
  if (refusal) return refusal;
  return {
    scored,
    total,
    proofs: proofs.length === wanted.length ? proofs : [],
    ms: performance.now() - began,
  };
}
