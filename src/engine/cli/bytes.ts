// `tokenscope bytes`: the surprisal of every byte of a text, and the proof that they come to what its tokens cost.
import type { ByteScores } from '../../core/bytes/documentBytes';
import { totalsOf, wordsOf } from '../../core/bytes/proof';
import { NATS_PER_BIT } from '../../core/scores';
import { spell } from '../../core/spell';
import type { ByteProof } from '../../protocol/engine';
import { byteProof, byteScoresOf, scoreBytes } from '../byteScores';
import { Document } from '../document';
import type { Model } from '../model';

const LISTED = 10;

/** The lines to print. */
export async function bytesOfText(
  model: Model,
  text: string,
  json: boolean,
  showProgress: (done: number, total: number) => void,
): Promise<Iterable<string>> {
  const document = new Document('text', 0, text);
  const { signal } = new AbortController();
  // What ends a text is asked for at the end: without it the work would be lost.
  model.checkEnds();
  const scores = byteScoresOf(model, document);
  const total = scores.bytes.length;
  const onScored = (scored: number) => showProgress(scored, total);
  await scoreBytes(model, document, { visible: [], whole: true, signal, onScored });
  const proof = await byteProof(model, document, signal);
  return json ? byteLines(scores, proof) : pretty(scores, proof, model.info.name);
}

function* byteLines({ bytes, surprisals }: ByteScores, proof: ByteProof): Generator<string> {
  for (const [offset, byte] of bytes.entries()) {
    const surprisal = surprisals[offset]! / NATS_PER_BIT;
    yield `${JSON.stringify({ offset, byte: byte.toString(16).padStart(2, '0'), surprisal })}\n`;
  }
  const { bytesBits, seamBits, endBits, tokenBits } = totalsOf(proof);
  const summary = {
    eosBits: endBits,
    seamBits,
    totalBits: bytesBits + seamBits + endBits,
    tokenNllBits: tokenBits,
    leakMax: proof.leakMax,
    leakMean: proof.leakMean,
    windows: proof.windows,
  };
  yield `${JSON.stringify(summary)}\n`;
}

function* pretty(
  { bytes, surprisals }: ByteScores,
  proof: ByteProof,
  name: string,
): Generator<string> {
  const highest = [...surprisals.keys()].sort((a, b) => surprisals[b]! - surprisals[a]!);
  yield '   bits  at byte  byte\n';
  for (const at of highest.slice(0, LISTED)) {
    const bits = (surprisals[at]! / NATS_PER_BIT).toFixed(2).padStart(7);
    yield `${bits}  ${String(at).padStart(7)}  ${spell(bytes.subarray(at, at + 1))}\n`;
  }
  yield '\n';
  if (proof.windows.length > 1) {
    for (const window of proof.windows) {
      const { contextStart, byteStart, byteEnd } = window;
      yield `bytes ${byteStart}–${byteEnd}, given those from ${contextStart} on: ${wordsOf(window)}\n`;
    }
  }
  yield `${bytes.length} bytes: ${wordsOf(totalsOf(proof))}\n`;
  yield `Leak at most ${(100 * proof.leakMax).toFixed(3)} % (${name})\n`;
}
