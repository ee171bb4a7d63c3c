// `tokenscope layers --lens delete-gate`: what the delete gate of a byte-level encoder says of each byte of a text.
import { displayToken } from '../core/displayToken';
import { formatNumberOf, formatShare } from '../core/format';
import { deleteGate } from '../core/lenses/gateLens';
import { Document } from '../engine/documents/document';
import { numberOrNull, placeFields } from '../engine/documents/tokenJson';
import type { Gate } from '../engine/gate/gate';
import { readGate } from '../engine/gate/gatePass';
import { OpenGate } from '../engine/gate/openGate';
import type { Invocation } from './command';
import { builtInFolder, openModel } from './engine';
import { interruptible } from './interrupt';
import type { Options } from './options';
import { formatScored, withProgress } from './progressLine';
import { tableLines } from './tableLines';

/** Throws `UserError` where the folder holds no gate. */
export async function printGate(
  text: string,
  folder: string,
  isJson: boolean,
  print: Invocation<Options>['print'],
): Promise<void> {
  const gates = new OpenGate(openModel, builtInFolder('gate'));
  try {
    const gate = await gates.open(folder);
    const document = new Document('text', 0, text);
    const { total } = gate.lengthOf(document);
    await interruptible(signal =>
      withProgress(formatScored('bytes'), report => {
        const onScored = (known: number) => report(known, total);
        return readGate(gate, document, { visible: [], maxTokens: Infinity, signal, onScored });
      }),
    );
    await print(isJson ? jsonLines(gate, document) : prettyLines(gate, document));
  } finally {
    gates.dispose();
  }
}

function* jsonLines(gate: Gate, document: Document): Generator<string> {
  for (const { ownStart, end } of gate.textOf(document).windows) {
    const { tokens, tokenizer } = gate.bytesOf(document, ownStart, end);
    const values = gate.valuesIn(document, ownStart, end);
    for (const [row, value] of values.entries()) {
      const place = { index: ownStart + row, ...placeFields(tokens, row, tokenizer) };
      const share = numberOrNull(100 * gate.shareOf(values.subarray(row, row + 1)));
      yield `${JSON.stringify({ ...place, value: share, gate: value, kept: gate.keeps(value) })}\n`;
    }
  }
  const { total, kept } = gate.lengthOf(document);
  const { name, about, layer, scale, threshold } = gate.facts;
  yield `${JSON.stringify({ name, about, layer, scale, threshold, total, kept })}\n`;
}

function* prettyLines(gate: Gate, document: Document): Generator<string> {
  const { bytes } = gate.textOf(document);
  const values = gate.valuesIn(document, 0, bytes.length);
  const rows = Array.from(values, (value, byte) => [
    String(byte),
    displayToken(bytes.subarray(byte, byte + 1)),
    deleteGate.format(100 * gate.shareOf(values.subarray(byte, byte + 1))),
    value.toFixed(1),
    gate.keeps(value) ? 'kept' : 'deleted',
  ]);
  const head = ['byte', '', deleteGate.title.toLowerCase(), 'gate', ''];
  yield* tableLines([head, ...rows], ['right', 'left', 'right', 'right', 'left']);
  const { name, about } = gate.facts;
  yield `\n${name}${about && `: ${about}`}. ${deleteGate.meaning}\n`;
  const { total, kept } = gate.lengthOf(document);
  const share = total > 0 ? ` (${formatShare(kept, total)})` : '';
  yield `After the gate ${kept} of ${formatNumberOf(total, 'byte')} are left${share}.\n`;
}
