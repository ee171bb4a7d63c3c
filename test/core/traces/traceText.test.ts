// From bytes of a trace to positions in its document, and back.
import { expect, test } from 'vitest';
import { TraceText } from '../../../src/core/traces/traceText';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { seedOr } from '../../support/seed';
import { pick, randomOf } from '../../support/toys';

test('every span of bytes gives the characters that it touches', () => {
  const random = randomOf(seedOr(4));
  for (let i = 0; i < 200; i++) {
    const text = Array.from({ length: 12 }, () => pick(random, ['a', 'é', '日', '𝄞', '\n'])).join(
      '',
    );
    const question = i % 2 ? 'Wie viele Äpfel? 𝄞\n' : undefined;
    const document = new TraceText(question === undefined ? { text } : { question, text });
    expect(document.text.slice(document.start)).toBe(text);
    const bytes = encodeUtf8(text);
    const from = Math.floor(random() * bytes.length);
    const to = from + 1 + Math.floor(random() * (bytes.length - from));
    const { utf16Start, utf16End } = document.rangeOf({ start: from, end: to });
    // Widened to whole characters.
    let [low, high] = [from, to];
    while ((bytes[low]! & 0xc0) === 0x80) low--;
    while ((bytes[high]! & 0xc0) === 0x80) high++;
    expect(document.text.slice(utf16Start, utf16End)).toBe(
      new TextDecoder().decode(bytes.subarray(low, high)),
    );
    expect(document.byteAt(utf16Start)).toBe(low);
    expect(document.byteAt(0)).toBe(0);
  }
});

test('the question ends with one line end', () => {
  const document = new TraceText({ question: 'How many?\n\n', text: 'Two.' });
  expect(document.text).toBe('How many?\nTwo.');
  expect(document.rangeOf({ start: 0, end: 4 })).toEqual({ utf16Start: 10, utf16End: 14 });
  expect(document.rangeOf({ start: 4, end: 4 })).toEqual({ utf16Start: 14, utf16End: 14 });
});

test('as an editor shows it every line ends with a line feed, and every span is where it is shown', () => {
  const random = randomOf(seedOr(5));
  const asShown = (text: string) => text.replace(/\r\n|\r/g, '\n');
  for (let i = 0; i < 200; i++) {
    const pieces = Array.from({ length: 12 }, () =>
      pick(random, ['a', 'é', '𝄞', '\n', '\r\n', '\r', 'b']),
    );
    const [question, text] = ['Wie\r\nviele?\r\n', pieces.join('')];
    const document = TraceText.shown({ question, text });
    expect(document.text).toBe(`Wie\nviele?\n${asShown(text)}`);
    // As the model wrote it, where no editor shows it.
    expect(new TraceText({ question, text }).text).toBe(`Wie\r\nviele?\n${text}`);
    // Beside line ends as they are written: `\r` and `\n` of two pieces are one line end too.
    const characters = text.match(/\r\n|[^]/gu) ?? [];
    let [byte, place] = [0, document.start];
    for (const character of characters) {
      const end = byte + encodeUtf8(character).length;
      const utf16End = place + asShown(character).length;
      for (let part = byte; part < end; part++) {
        const found = document.rangeOf({ start: part, end: part + 1 });
        expect(found).toEqual({ utf16Start: place, utf16End });
      }
      expect(document.byteAt(place)).toBe(byte);
      [byte, place] = [end, utf16End];
    }
    expect(document.byteAt(document.text.length)).toBe(byte);
  }
});
