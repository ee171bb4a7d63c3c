// The time to read a trace file over its length, 10 kB to 10 MB: every format, and texts that are made to be slow. Ten
// times the length takes about ten times as long.
import { afterAll, expect, test } from 'vitest';
import { finalAnswer } from '../../src/core/traces/answers/finalAnswer';
import { formats } from '../../src/core/traces/formats/formats';
import { JsonSourceMap } from '../../src/core/traces/jsonSourceMap';
import { readTraces } from '../../src/core/traces/readTraces';
import { savedUncertainty } from '../../src/core/traces/savedUncertainty';
import { TraceSourceMap } from '../../src/core/traces/traceSourceMap';
import { TraceText } from '../../src/core/traces/traceText';
import {
  formatRows,
  hostileFiles,
  hostileRows,
  hostileTexts,
  streamFiles,
} from '../support/longTraces';

const LENGTHS = [1e4, 1e5, 1e6, 1e7];
/** Of 10 MB to 1 MB: ten where it is linear, and more by what the garbage collector takes; a hundred where it is quadratic. */
const MOST_GROWTH = 30;
/** Below it the time is noise. */
const FLOOR_MS = 20;

/** All that is done with a file by its text; the processor's time in milliseconds. */
function timeOf(text: string, as?: 'text'): number {
  const before = process.cpuUsage();
  const { traces } = readTraces(text, as);
  const places = new JsonSourceMap(text);
  for (const trace of traces) {
    const shown = new TraceText(trace);
    const map = new TraceSourceMap(shown, places.partsOf(trace));
    const [range] = map.rangesInFile({ utf16Start: 0, utf16End: shown.text.length });
    if (range) map.rangesInText(range);
    finalAnswer(trace.text);
    for (const series of trace.logprobs)
      for (const token of series.tokens) savedUncertainty(token, series);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const table: string[] = [];
afterAll(() => {
  const head = ['', '10 kB', '100 kB', '1 MB', '10 MB', 'growth'];
  console.log(`milliseconds\n${[row(head), ...table].join('\n')}`);
});

function row([name, ...cells]: readonly string[]): string {
  return `${name!.padEnd(44)}${cells.map(cell => cell.padStart(10)).join('')}`;
}

function check(name: string, fileOf: (length: number) => string, as?: 'text'): void {
  const times: number[] = [];
  for (const length of LENGTHS) {
    const text = fileOf(length);
    times.push(timeOf(text, as));
    // Whatever grows with the square would take minutes at ten times the length.
    if (times.at(-1)! > 20_000) break;
  }
  const [, , short = Infinity, long = Infinity] = times;
  const growth = long / Math.max(short, FLOOR_MS);
  table.push(row([name, ...times.map(ms => ms.toFixed(1)), growth.toFixed(1)]));
  expect(growth).toBeLessThan(MOST_GROWTH);
}

test('every format has a file', () => {
  const read = new Set(
    Object.values(formatRows).map(rowOf => readTraces(JSON.stringify(rowOf('a b', 2))).format),
  );
  expect([...read].sort()).toEqual(formats.map(({ name }) => name).sort());
});

const filler = 'Step 1. It is a <think>b</think> "Ab" é. So?\n\n';
const textOf = (length: number, piece = filler) =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

test.each(Object.keys(formatRows))('%s, a long text', name => {
  check(`${name}, a long text`, length => JSON.stringify(formatRows[name]!(textOf(length), 1)));
});

test.each(Object.keys(formatRows))('%s, many items', name => {
  check(`${name}, many items`, length => {
    const rowOf = formatRows[name]!;
    const one = JSON.stringify(rowOf('a b', 2)).length - JSON.stringify(rowOf('a b', 1)).length;
    return JSON.stringify(rowOf('a b', Math.max(1, Math.floor(length / Math.max(one, 8)))));
  });
});

test.each(Object.keys(formatRows))('%s, many rows', name => {
  check(`${name}, many rows`, length => {
    const one = `${JSON.stringify(formatRows[name]!('a b', 2))}\n`;
    return one.repeat(Math.ceil(length / one.length));
  });
});

test.each(Object.keys(streamFiles))('%s', name => {
  check(name, streamFiles[name]!);
});

test.each(Object.keys(hostileRows))('a row of %s', name => {
  check(`row: ${name}`, hostileRows[name]!);
});

test.each(hostileTexts)('a text of %j', piece => {
  check(`text: ${JSON.stringify(piece)}`, length => textOf(length, piece), 'text');
});

test.each(hostileFiles)('a file of %j', piece => {
  check(`file: ${JSON.stringify(piece)}`, length => textOf(length, piece));
});
