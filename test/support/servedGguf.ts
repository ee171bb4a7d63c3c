// The tiny GGUF file that llama.cpp's server served when its answers were recorded, and what it was asked.
import { writeFileSync } from 'node:fs';
import { Document } from '../../src/engine/documents/document';
import { Model } from '../../src/engine/models/model';
import { scoreTokens } from '../../src/engine/scoring/tokensPass';
import { addressText } from '../../src/servers/address';
import type { SendToServer } from '../../src/servers/transport';
import { ggufOfFamily, goldenGgufs } from './ggufFamilies';

/** No more tokens than two requests have whatever the time takes: as many requests each time. */
export const SERVED_TEXT = 'the lamp stood on a road';
/** The name of the file, and so of the model. */
export const SERVED = 'tiny-llama.gguf';

/** Returns the path. */
export function writeServedGguf(path: string): string {
  writeFileSync(path, ggufOfFamily(goldenGgufs.cases.llama!));
  return path;
}

const { signal } = new AbortController();

/** Everything that is asked of a server: scores of a text, the next token's distribution, and continuations. */
export async function askServer(base: string, gguf: string, send: SendToServer) {
  const noRuntime = () => {
    throw new Error('a server needs no runtime');
  };
  const address = addressText({ base, tokenizer: gguf });
  const model = await Model.open(address, 512, noRuntime, undefined, { send });
  const document = new Document('a', 0, SERVED_TEXT);
  const run = { visible: [], maxTokens: Infinity, signal, onScored: () => {} };
  await scoreTokens(model, document, run, 8);
  const { ids } = document.tokensBy(model.tokenizer);
  const { scores } = document.scoresOf(0, ids.length);
  const [next] = await model.asTokenModel(signal).rows([...ids], [{ parent: -1, token: -1 }], [0]);
  const rule = { temperature: 0, topP: 1, maxTokens: 4, seeds: Uint32Array.of(7) };
  const [written] = await model.sample([...ids], rule, signal);
  return { model, ids, scores, next: next!, written: written! };
}
