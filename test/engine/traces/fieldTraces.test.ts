// Small files as people bring them (shared/data/field, README there), with what is right for each.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTraceFile } from '../../../src/engine/traces/readTraceFile';
import { shared } from '../../support/shared';
import { segmentsOf } from '../../support/traces';

const read = (name: string) => readTraceFile(name, readFileSync(join(shared, 'field', name)));
const thoughtOf = (name: string) => {
  const { traces, problems } = read(name);
  expect(problems).toEqual([]);
  return traces.map(segmentsOf);
};

describe.skipIf(!existsSync(join(shared, 'field')))('files from the field', () => {
  test('with numbers that are not finite are read as Python reads them', () => {
    const { traces, problems } = read('nan-inspect.json');
    expect([traces.length, problems]).toEqual([2, []]);
    expect(traces[0]).toMatchObject({ isRight: true, answer: '4', target: '4' });
    const [hi] = read('inf-logprob.json').traces;
    expect(hi).toMatchObject({ text: 'Hi', refused: [] });
    expect(hi!.logprobs[0]!.tokens.map(({ logprob }) => logprob)).toEqual([-0.1]);
  });

  test('that are cut are refused with the place', () => {
    expect(() => read('cut-json-log.json')).toThrow(
      /It is truncated: a string without an end at line 69, column 21\./,
    );
  });

  test.each([
    ['sse-chat.txt', 'Two plus two is four.'],
    ['sse-chat-chunks.jsonl', 'Two plus two is four.'],
    ['sse-nospace.txt', 'Add two and two.'],
    ['ollama-chat.json', 'Two and two.'],
    ['openai-batch.jsonl', 'add'],
    ['anthropic-batch.jsonl', 'add'],
  ])('%s is thinking and the answer 4', (name, thinking) => {
    expect(thoughtOf(name)).toEqual([
      [
        ['thinking', thinking],
        ['answer', '4'],
      ],
    ]);
  });

  test('with two members of one name have the later', () => {
    const { traces, problems } = read('dup-member.eval');
    expect(problems).toEqual([]);
    expect(traces.map(({ text, isRight }) => [text, isRight])).toEqual([['second try 4', true]]);
  });

  test('with two scorers have the verdict of the one that judges', () => {
    expect(read('two-scorers.json').traces).toMatchObject([{ isRight: true, answer: '4' }]);
  });

  test('that were right stay so', () => {
    const [reasoning] = read('right-reasoning-logprobs.json').traces;
    expect(segmentsOf(reasoning!)).toEqual([
      ['thinking', 'Two plus two.\nIt is four.'],
      ['answer', 'The answer is 4.'],
    ]);
    expect(reasoning!.logprobs.length).toBe(1);
    expect(read('right-fffd.json').traces[0]).toMatchObject({ text: '😊!' });
  });
});
