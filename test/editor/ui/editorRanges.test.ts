// The ranges that are painted: every visible line in exactly one of them, with its line end.
import { afterEach, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { seededRandom } from '../../../src/core/random';
import {
  activeText,
  isInspectable,
  offsetsOf,
  rangeOf,
  textNow,
  visibleRanges,
} from '../../../src/editor/ui/editorRanges';
import { seedOr } from '../../support/seed';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { window } from '../../support/vscode';

afterEach(() => {
  window.activeTextEditor = undefined;
  window.visibleTextEditors = [];
});

const LONG = 'x'.repeat(10_050);
/** The characters of the ranges, as offsets; fails where two ranges touch or overlap. */
function covered(editor: FakeEditor, margin?: number): Set<number> {
  const all = new Set<number>();
  let last = -1;
  for (const { utf16Start, utf16End } of visibleRanges(editor.asEditor, margin)) {
    expect(utf16Start).toBeGreaterThan(last);
    for (let at = utf16Start; at < utf16End; at++) all.add(at);
    last = utf16End;
  }
  return all;
}

test('each line on the screen or in the margin is in one range, up to what is drawn of it', () => {
  const random = seededRandom(seedOr(6));
  const below = (count: number) => Math.floor(random() * count);
  for (let run = 0; run < 60; run++) {
    const lines = Array.from(
      { length: 1 + below(40) },
      () => ['', 'a', 'word', LONG][below(run % 5 ? 3 : 4)]!,
    );
    const editor = new FakeEditor(new FakeDocument(lines.join('\n')));
    const spans: [number, number][] = [];
    for (let line = below(5); line < lines.length; line += 2 + below(12)) {
      const last = Math.min(lines.length - 1, line + below(6));
      spans.push([line, last]);
      line = last;
    }
    if (spans.length === 0) continue;
    editor.visibleLines = spans;
    for (const margin of [0, 3]) {
      const wanted = new Set<number>();
      let start = 0;
      lines.forEach((text, line) => {
        const isShown = spans.some(([from, to]) => line >= from - margin && line <= to + margin);
        const end = start + Math.min(text.length, 10_000);
        const isCut = text.length > 10_000;
        const hasEnd = line < lines.length - 1 && !isCut;
        if (isShown) for (let at = start; at < end + Number(hasEnd); at++) wanted.add(at);
        start += text.length + 1;
      });
      expect(covered(editor, margin)).toEqual(wanted);
    }
  }
});

test('ten lines above and below are painted unless another margin is asked for', () => {
  const editor = new FakeEditor(new FakeDocument('ab\n'.repeat(50)));
  editor.visibleLines = [[20, 22]];
  expect(visibleRanges(editor.asEditor)).toEqual([{ utf16Start: 30, utf16End: 99 }]);
  expect(visibleRanges(editor.asEditor, 0)).toEqual([{ utf16Start: 60, utf16End: 69 }]);
});

test('offsets are ranges, and ranges are offsets', () => {
  const { asDocument } = new FakeDocument('ab\ncd');
  const range = rangeOf(asDocument, { utf16Start: 1, utf16End: 4 });
  expect(range).toMatchObject({ start: { line: 0, character: 1 }, end: { line: 1, character: 1 } });
  expect(offsetsOf(asDocument, range)).toEqual({ utf16Start: 1, utf16End: 4 });
});

test('texts are the user’s: no output, no comment, no page of the extension', () => {
  const schemes = ['file', 'untitled', 'vscode-notebook-cell', 'output', 'comment', 'tokenscope'];
  const kept = schemes.filter(scheme =>
    isInspectable(new FakeDocument('', `${scheme}:/a`).asDocument),
  );
  expect(kept).toEqual(['file', 'untitled', 'vscode-notebook-cell']);
});

test('the text now is the active one, or one that is visible', () => {
  const text = new FakeEditor(new FakeDocument('a'));
  const log = new FakeEditor(new FakeDocument('a', 'output:/log'));
  expect(textNow()).toBeUndefined();
  const message = 'No text is active. Open a file, or "Tokenscope: Open a Sample".';
  expect(() => activeText()).toThrow(new UserError(message));
  window.activeTextEditor = log;
  expect(textNow()).toBeUndefined();
  expect(() => activeText()).toThrow(new UserError(message));
  window.visibleTextEditors = [log, text];
  expect(textNow()).toBe(text);
  window.activeTextEditor = text;
  expect([textNow(), activeText()]).toEqual([text, text]);
});
