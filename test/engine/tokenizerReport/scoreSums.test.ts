// Sums that the open model scores: it is asked for the result, all of it and nothing else.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import type { Report, Table } from '../../../src/core/tokenizerReport/report';
import type { Model } from '../../../src/engine/models/model';
import { withSums } from '../../../src/engine/tokenizerReport/scoreSums';
import { models } from '../../support/paths';
import { tokenizerOf } from '../../support/shared';

const tokenizer = tokenizerOf(join(models, 'coder'));
const section = { id: 'numbers', title: 'Numbers', blocks: [] };
const report = { sections: [{ ...section, id: 'size' }, section] } as unknown as Report;
const signal = new AbortController().signal;

/** Each token that it is asked for costs one bit. */
class FakeModel {
  readonly info = { scores: true, name: 'fake' };
  readonly tokenizer = tokenizer;
  readonly asked: { prompt: string; answer: string }[] = [];

  async logprobsOf(ids: Uint32Array, first: number, signal: AbortSignal): Promise<Float32Array> {
    if (signal.aborted) throw new Cancelled();
    const textOf = (part: Uint32Array) =>
      Buffer.concat(Array.from(part, id => tokenizer.bytesOf(id))).toString();
    this.asked.push({
      prompt: textOf(ids.subarray(0, first)),
      answer: textOf(ids.subarray(first)),
    });
    return new Float32Array(ids.length - first).fill(-Math.LN2);
  }
}

test('the right result of each sum is scored in both spellings', async () => {
  const model = new FakeModel();
  const shares: number[] = [];
  const { sections } = await withSums(
    report,
    model as unknown as Model,
    3,
    share => shares.push(share),
    signal,
  );
  expect(sections[0]).toEqual(report.sections[0]);
  for (const { prompt, answer } of model.asked) {
    const [, a, b] = /^([\d,]+) \+ ([\d,]+) =$/.exec(prompt)!;
    const number = (text: string) => Number(text.replaceAll(',', ''));
    expect(answer).toMatch(/^ \d/);
    expect(number(answer)).toBe(number(a!) + number(b!));
  }
  const [table] = sections[1]!.blocks as [Table];
  expect(table.rows.map(({ cells }) => cells[0])).toEqual([2, 3, 4, 5, 6, 7]);
  // Sums of two numbers of four digits have a comma: one more token.
  const tokens = (row: number, column: number) => {
    const own = model.asked.filter((_, i) => Math.floor(i / 40) === row && i % 2 === column);
    const all = own.reduce((sum, { answer }) => sum + tokenizer.encode(answer).ids.length, 0);
    return all / own.length;
  };
  for (const row of table.rows.keys())
    for (const column of [0, 1])
      expect(table.rows[row]!.cells[column + 1]).toBeCloseTo(tokens(row, column), 6);
  expect(shares.at(-1)).toBe(1);
});

test('nothing is scored without a model, without the section, or once it is cancelled', async () => {
  const model = new FakeModel();
  const ask = (each: Report, own: object, ended = signal) =>
    withSums(each, own as Model, 1, () => {}, ended);
  expect(await ask(report, { ...model, info: { scores: false } })).toBe(report);
  const other = { ...report, sections: report.sections.slice(0, 1) };
  expect(await ask(other, model)).toBe(other);
  await expect(ask(report, model, AbortSignal.abort())).rejects.toThrow(Cancelled);
  expect(model.asked).toEqual([]);
});
