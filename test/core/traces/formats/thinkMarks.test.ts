// Where the markers around a chain of thought are read as such, and where they are only mentioned.
import { describe, expect, test } from 'vitest';
import { splitAtMarks } from '../../../../src/core/traces/formats/thinkMarks';
import { seedOr } from '../../../support/seed';
import { pick, randomOf } from '../../../support/toys';

const split = (text: string) =>
  splitAtMarks(text).map(({ kind, start, end }) => [kind, text.slice(start, end).trim()]);
const thought = (thinking: string, answer: string) => [
  ['thinking', thinking],
  ['answer', answer],
];

describe('a marker that opens', () => {
  test.each([
    ['Assistant: <think>Hm.</think>So 4.', 'Assistant:'],
    ['assistant\n<think>Hm.</think>So 4.', 'assistant'],
    ['<|Assistant|><think>Hm.</think>So 4.', '<|Assistant|>'],
    ['Sure, here it is <think>\nHm.\n</think>\nSo 4.', 'Sure, here it is'],
  ])('counts after what stands before a thought: %j', (text, before) => {
    expect(split(text)).toEqual([['answer', before], ...thought('Hm.', 'So 4.')]);
  });

  test.each([
    'Wrap the reasoning in `<think>` and close it. Then write the answer.',
    'Wrap the reasoning in <think> and close it with </think>, then write the answer.',
    'The tag is called "<think>". It has a partner.',
    'Models write\n\n```\n<think>\nHm.\n</think>\n```\n\nbefore the answer.',
    'The tags, <think> and </think>, are tokens.',
    'It ends with `</think>`, and then the answer comes.',
    'Channels begin with `<|channel|>analysis<|message|>` there.',
  ])('is text where it is only mentioned: %j', text => {
    expect(split(text)).toEqual([['answer', text]]);
  });
});

describe('a marker that closes', () => {
  test.each([
    ['<think>\nIt ends at `</think>` itself.\n</think>\nSo 4.', 'It ends at `</think>` itself.'],
    ['<think>\nIt ends at </think> itself.\n</think>\nSo 4.', 'It ends at </think> itself.'],
    ['<think>\n<think>\na\n</think>\nb\n</think>\nSo 4.', '<think>\na\n</think>\nb'],
    ['<think>a</think>\nmore\n</think>\nSo 4.', 'a</think>\nmore'],
    ['<think><think>a</think>So 4.', '<think>a'],
    ['a</think>\nmore\n</think>\nSo 4.', 'a</think>\nmore'],
    ['I put it into <answer> tags.</think>So 4.', 'I put it into <answer> tags.'],
    // A small model may go on without a capital.
    ['<think> hm </think> So 4.', 'hm'],
    ["It`s 4, isn't it.</think>So 4.", "It`s 4, isn't it."],
    ['<think>\n```\nx = 1\n</think>\nSo 4.', '```\nx = 1'],
    ['[THINK]a[THINK]b[/THINK]c[/THINK]So 4.', 'a[THINK]b[/THINK]c'],
    ['◁think▷a◁/think▷So 4.', 'a'],
    ['<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>So 4.<|END_RESPONSE|>', 'a'],
  ])('ends the thought where it is the last: %j', (text, thinking) => {
    expect(split(text)).toEqual(thought(thinking, 'So 4.'));
  });

  test('that has no capital after it ends a thought if it is the only one', () => {
    expect(split('<think> hm </think> so 4')).toEqual(thought('hm', 'so 4'));
  });

  test('ends each of several thoughts', () => {
    const text = '<think>a</think>b\n<think>c</think>d <answer>e</answer>';
    expect(split(text)).toEqual([...thought('a', 'b'), ...thought('c', 'd'), ['answer', 'e']]);
  });

  test('that is missing leaves a thought without an end', () => {
    expect(split('<think>\nIt ends at `</think>` itself')).toEqual([
      ['thinking', 'It ends at `</think>` itself'],
    ]);
  });
});

describe('channels of gpt-oss', () => {
  const final = '<|start|>assistant<|channel|>final<|message|>So 4.<|return|>';

  test('are thoughts, calls of tools and answers', () => {
    const text =
      '<|start|>user<|message|>2+2?<|end|>' +
      '<|start|>assistant<|channel|>analysis<|message|>Hm `<|end|>` hm.<|end|>' +
      '<|start|>assistant<|channel|>commentary<|message|>I add.<|end|>' +
      '<|start|>assistant<|channel|>commentary to=functions.add <|constrain|>json<|message|>{}<|call|>' +
      '<|start|>functions.add to=assistant<|channel|>commentary<|message|>4<|end|>' +
      final;
    expect(split(text.replace(' `<|end|>`', ''))).toEqual([
      ['thinking', 'Hm hm.'],
      ['answer', 'I add.'],
      ['tool', '{}'],
      ['tool', '4'],
      ['answer', 'So 4.'],
    ]);
  });

  test('begin with a thought if a template wrote its header', () => {
    expect(split(`Hm.<|end|>${final}`)).toEqual(thought('Hm.', 'So 4.'));
  });

  test('of other names are of tools', () => {
    for (const name of ['constructor', '__proto__']) {
      expect(split(`<|channel|>${name}<|message|>x<|end|>`)).toEqual([['tool', 'x']]);
    }
  });
});

test('nothing but markers and white space is outside of the parts, which are in order', () => {
  const random = randomOf(seedOr(11));
  const pieces = ['<think>', '</think>', '<answer>', '</answer>', '[THINK]', '[/THINK]', '`', '\n'];
  pieces.push('```\n', 'a ', 'B.', ' ', '"', '<', '<|END_THINKING|>');
  for (let i = 0; i < 2000; i++) {
    const text = Array.from({ length: 12 }, () => pick(random, pieces)).join('');
    let at = 0;
    const between: string[] = [];
    for (const { start, end } of splitAtMarks(text)) {
      expect(start).toBeGreaterThanOrEqual(at);
      expect(end).toBeGreaterThan(start);
      between.push(text.slice(at, start));
      at = end;
    }
    between.push(text.slice(at));
    const left = between
      .join(' ')
      .replaceAll(/<\/?(?:think|answer)>|\[\/?THINK\]|<\|END_THINKING\|>/g, '');
    expect(left.trim(), text).toBe('');
  }
});
