// The exact probability of every next byte at a place in a document, by the second model too where there is one.
import { biasBits } from '../../core/exactBytes/tokenizationBias';
import { encodeUtf8, utf8Length } from '../../core/text/utf8';
import type { NextBytesView, SecondNextBytes } from '../../protocol/nextBytes';
import { asRefusal } from '../asRefusal';
import type { Document } from '../documents/document';
import type { EngineState } from '../engineState';
import type { Model } from '../models/model';
import { nextBytes } from './nextBytes';

/** Throws `InexactError` and `UserError`, and `Cancelled` when aborted or when the text has changed. */
export async function nextBytesAt(
  state: EngineState,
  document: Document,
  utf16: number,
  signal: AbortSignal,
): Promise<NextBytesView> {
  const began = performance.now();
  const at = utf8Length(document.text, 0, utf16);
  const bytes = encodeUtf8(document.text);
  const stale = AbortSignal.any([signal, document.current]);
  const ask = (model: Model) => {
    const tokens = document.streamBy(model.tokenizer).tokens();
    return nextBytes(model, { bytes, tokens }, at, 'e2', stale);
  };
  const { healed: _, heads: __, ...found } = await ask(state.model());
  const bias = found.naive && biasBits(found.exact, found.naive);
  const second = state.compared?.info.hasModel
    ? await asRefusal(async (): Promise<SecondNextBytes> => {
        const model = await state.comparison().model();
        const { exact, end, leak, untested, nodes, contextTokens } = await ask(model);
        return { model: model.info.name, exact, end, leak, untested, nodes, contextTokens };
      })
    : undefined;
  const ms = performance.now() - began;
  return { ...found, biasBits: bias, ...(second && { second }), ms };
}
