// The pass of the delete gate over a document's bytes, and what its lens asks of them.
import { Cancelled } from '../../core/errors';
import { defaultLayerOptions } from '../../core/layers/layerPasses';
import { utf8Length } from '../../core/text/utf8';
import { asRefusal } from '../asRefusal';
import type { Document } from '../documents/document';
import type { EngineState } from '../engineState';
import type { Pass, PassRun } from '../scoring/pass';
import { visibleFirst } from '../scoring/visibleFirst';
import { CAPACITY, type Gate } from './gate';

export function gatePass(state: Pick<EngineState, 'gate' | 'model'>): Pass {
  const { gate: gates } = state;
  return {
    id: 'deleteGate',
    available: async () => undefined,
    total: ({ text }) => utf8Length(text, 0, text.length),
    run: (document, { layers = defaultLayerOptions, ...run }) =>
      asRefusal(async () => ({
        scored: await readGate(await gates.open(layers.gateFolder), document, run),
      })),
    columns(document, { first, end }, { layers }) {
      if (!layers) return undefined;
      const gate = gates.current(layers.gateFolder);
      if (!gate) return { scores: {}, pending: end - first };
      const { byteStarts, byteEnds } = document
        .streamBy(state.model().tokenizer)
        .tokens(first, end);
      const [from = 0, to = from] = [byteStarts[0], byteEnds.at(-1)];
      const values = gate.valuesIn(document, from, to);
      const deleteGate = Float32Array.from(byteStarts, (start, row) =>
        gate.shareOf(values.subarray(start - from, byteEnds[row]! - from)),
      );
      return { scores: { deleteGate }, pending: deleteGate.filter(Number.isNaN).length };
    },
  };
}

/** Answers how many bytes are known. Throws `UserError`, and `Cancelled` when aborted or when the text has changed. */
export async function readGate(
  gate: Gate,
  document: Document,
  { visible, maxTokens, ...run }: Omit<PassRun, 'whole' | 'layers'>,
): Promise<number> {
  const { bytes, windows } = gate.textOf(document);
  const { text } = document;
  const signal = AbortSignal.any([run.signal, document.current]);
  const offsetOf = (utf16: number) => utf8Length(text, 0, Math.min(utf16, text.length));
  // A request for all of a text keeps all of it.
  const most = maxTokens === Infinity ? windows.length : CAPACITY;
  gate.reserve(most);
  let known = 0;
  let done = 0;
  await visibleFirst({
    units: () => windows,
    spanOf: ({ ownStart, end }) => ({ first: ownStart, end }),
    visible: visible.map(({ utf16Start, utf16End }) => ({
      first: offsetOf(utf16Start),
      end: offsetOf(utf16End),
    })),
    onVisible: run.onVisible,
    isEnough: () => known >= maxTokens || done >= most,
    async run({ start, ownStart, end }) {
      if (signal.aborted) throw new Cancelled();
      await gate.readWindow(bytes.subarray(start, end), signal);
      done++;
      run.onScored((known += end - ownStart));
    },
  });
  if (signal.aborted) throw new Cancelled();
  return known;
}
