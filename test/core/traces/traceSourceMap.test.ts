// Between a trace's text and its file, beside a list of where each character is written.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonSourceMap } from '../../../src/core/traces/jsonSourceMap';
import type { Trace } from '../../../src/core/traces/trace';
import { TraceSourceMap } from '../../../src/core/traces/traceSourceMap';
import { TraceText } from '../../../src/core/traces/traceText';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { seedOr } from '../../support/seed';

const unicode = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
const spellings: Record<string, string[]> = {
  a: ['a', unicode('a')],
  é: ['é', unicode('é')],
  日: ['日', unicode('日').toUpperCase().replace('\\U', '\\u')],
  '🙂': ['🙂', '🙂'.split('').map(unicode).join('')],
  '\n': ['\\n', unicode('\n')],
  '"': ['\\"'],
  '\\': ['\\\\'],
  '/': ['/', '\\/'],
};
const character = fc
  .constantFrom(...Object.keys(spellings))
  .chain(text => fc.constantFrom(...spellings[text]!).map(literal => ({ text, literal })));
const part = fc.array(character, { minLength: 1, maxLength: 8 });
type Part = { text: string; literal: string }[];

const BETWEEN = '\n\n';
const QUESTION = 'Wie viele 🙂?';

interface Written {
  text: number;
  textEnd: number;
  file: number;
  fileEnd: number;
}

/** A file of two strings and the trace that they are, with the places of every character. */
function built(parts: readonly Part[]) {
  const written: Written[][] = [];
  const bytes: { start: number; end: number }[] = [];
  let text = '';
  let file = '{"x": ["é", ';
  const first = `${QUESTION}\n`.length;
  for (const [i, part] of parts.entries()) {
    if (i > 0) [text, file] = [text + BETWEEN, `${file}, 3, `];
    file += '"';
    const start = encodeUtf8(text).length;
    written.push(
      part.map(({ text: own, literal }) => {
        const [at, place] = [first + text.length, file.length];
        text += own;
        file += literal;
        return { text: at, textEnd: first + text.length, file: place, fileEnd: file.length };
      }),
    );
    file += '"';
    bytes.push({ start, end: encodeUtf8(text).length });
  }
  file += ']}';
  const trace = {
    question: QUESTION,
    text,
    row: { utf16Start: 0, utf16End: file.length },
    parts: bytes.map((span, i) => ({ ...span, kind: 'answer', path: ['x', 1 + 2 * i] })),
  } as unknown as Trace;
  return { trace, file, written };
}

const mapOf = ({ trace, file }: ReturnType<typeof built>) =>
  new TraceSourceMap(new TraceText(trace), new JsonSourceMap(file).partsOf(trace));

test('ranges of the text are those of its characters in the file, part by part', () => {
  const seed = seedOr(81);
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 3 }),
      fc.nat(40),
      fc.nat(40),
      (parts, a, b) => {
        const all = built(parts);
        const map = mapOf(all);
        const ends = [0, ...all.written.flat().flatMap(({ text, textEnd }) => [text, textEnd])];
        const [utf16Start, utf16End] = [ends[a % ends.length]!, ends[b % ends.length]!].sort(
          (x, y) => x - y,
        );
        const touched = all.written.flatMap(part => {
          const own = part.filter(
            ({ text, textEnd }) => text >= utf16Start! && textEnd <= utf16End!,
          );
          return own.length > 0
            ? [{ utf16Start: own[0]!.file, utf16End: own.at(-1)!.fileEnd }]
            : [];
        });
        expect(map.rangesInFile({ utf16Start: utf16Start!, utf16End: utf16End! })).toEqual(touched);
      },
    ),
    { seed },
  );
});

test('ranges of the file are those of the characters that are written in it', () => {
  const seed = seedOr(82);
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 3 }),
      fc.nat(99),
      fc.nat(99),
      (parts, a, b) => {
        const all = built(parts);
        const places = [
          0,
          all.file.length,
          ...all.written.flat().flatMap(each => [each.file, each.fileEnd]),
        ];
        const [utf16Start, utf16End] = [
          places[a % places.length]!,
          places[b % places.length]!,
        ].sort((x, y) => x - y);
        const within = all.written.flatMap(part => {
          const own = part.filter(
            ({ file, fileEnd }) => file >= utf16Start! && fileEnd <= utf16End!,
          );
          return own.length > 0
            ? [{ utf16Start: own[0]!.text, utf16End: own.at(-1)!.textEnd }]
            : [];
        });
        expect(mapOf(all).rangesInText({ utf16Start: utf16Start!, utf16End: utf16End! })).toEqual(
          within,
        );
      },
    ),
    { seed },
  );
});

test('an offset of the file is at the character that is written there, or at none', () => {
  const seed = seedOr(83);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), parts => {
      const all = built(parts);
      const map = mapOf(all);
      for (let offset = 0; offset <= all.file.length; offset++) {
        const there = all.written
          .flat()
          .find(({ file, fileEnd }) => file <= offset && offset < fileEnd);
        expect([offset, map.utf16At(offset)]).toEqual([offset, there?.text]);
      }
    }),
    { seed },
  );
});

test('a part that is not in the file as it was is left out', () => {
  const all = built([[{ text: 'a', literal: 'a' }], [{ text: 'é', literal: 'é' }]]);
  const changed = { ...all, file: all.file.replace('"a"', '"b"') };
  expect(new JsonSourceMap(changed.file).partsOf(all.trace)).toHaveLength(1);
  const elsewhere = all.trace.parts.map((part, i) => ({ ...part, path: i ? ['x', 1, 0] : ['y'] }));
  expect(new JsonSourceMap(all.file).partsOf({ ...all.trace, parts: elsewhere })).toEqual([]);
  // A container and a number are no text.
  const none = all.trace.parts.map((part, i) => ({ ...part, path: i ? ['x'] : ['x', 2] }));
  expect(new JsonSourceMap(all.file).partsOf({ ...all.trace, parts: none })).toEqual([]);
});

test('literal text is where its row is', () => {
  const file = 'before\nhé🙂\nafter';
  const text = 'hé🙂';
  const row = { utf16Start: 7, utf16End: 11 };
  const trace = {
    text,
    row,
    parts: [{ start: 0, end: 7, kind: 'answer', path: [] }],
  } as unknown as Trace;
  const [found] = new JsonSourceMap(file).partsOf(trace);
  expect([...found!.utf16]).toEqual([7, 8, 8, 9, 9, 9, 9, 11]);
  expect(new JsonSourceMap(`x${file}`).partsOf(trace)).toEqual([]);
});
