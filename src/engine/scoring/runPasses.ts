// Runs passes over a document one after the other, with one progress over all of them.
import type { ByteProof, PassRequest, ScoreSummary } from '../../protocol/scores';
import type { DocumentVersion, Refusal } from '../../protocol/types';
import type { Document } from '../documents/document';
import type { EngineState } from '../engineState';
import type { Pass, PassResult } from './pass';

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
  const { visible, maxTokens, whole = false, layers } = request;
  const results = new Map<Pass, PassResult | Refusal>();
  const scored = () =>
    [...results.values()].reduce(
      (sum, result) => sum + ('refused' in result ? 0 : result.scored),
      0,
    );
  const all = { maxTokens, whole };
  // What is visible has the numbers of all passes before the rest has those of one.
  const rounds =
    wanted.length > 1 && visible.length > 0 ? [{ maxTokens: 0, whole: false }, all] : [all];
  let last = 0;
  // No later than what is visible is known, however soon that is.
  const onVisible = () => report(last, true);
  for (const round of rounds)
    for (const pass of wanted) {
      const known = results.get(pass);
      if (known && 'refused' in known) continue;
      const others = scored() - (known?.scored ?? 0);
      const onScored = (own: number) => report((last = others + own));
      const run = {
        visible,
        ...round,
        layers,
        signal,
        onScored,
        onVisible: known ? undefined : onVisible,
      };
      // Asked pass by pass: what the first needs is not held up by what the second opens.
      const refused = known ? undefined : await pass.available(document);
      results.set(pass, refused ?? (await pass.run(document, run)));
    }
  const proofs: ByteProof[] = [];
  let refusal: Refusal | undefined;
  for (const result of results.values()) {
    if ('refused' in result) refusal ??= result;
    else if (result.proof) proofs.push(result.proof);
  }
  if (refusal) return refusal;
  return {
    scored: scored(),
    total,
    proofs: proofs.length === wanted.length ? proofs : [],
    ms: performance.now() - began,
  };
}
