// `layers --lens delete-gate` on the command line: a line for each byte, the length that is left, and its refusals.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { linesOf, root, run, scratch, setUpCommandLine } from './support';

setUpCommandLine();
const TEXT = 'return “größer”;\n'.repeat(40);
const gate = join(root, 'models/gate');
const gated = (args: string[], text: string | Uint8Array = TEXT) =>
  run(['layers', '-', '--lens', 'delete-gate', '--gate', gate, ...args], text);

let lines: ReturnType<typeof linesOf>;
beforeAll(() => {
  const { code, err, out } = gated(['--json']);
  expect([code, err]).toEqual([0, '']);
  lines = linesOf(out);
});

test('a line for each byte, and one of the text', () => {
  const bytes = Buffer.from(TEXT);
  const each = lines.slice(0, -1);
  expect(each).toHaveLength(bytes.length);
  each.forEach(({ index, id, bytes: own, byteStart, value, gate, kept }, i) => {
    expect([index, byteStart, own]).toEqual([i, i, bytes.toString('hex', i, i + 1)]);
    expect(id).toBe(bytes[i]! + 3);
    expect(value).toBeCloseTo((100 * gate) / -30, 3);
    expect(kept).toBe(gate > -15);
  });
  const { total, kept, name, scale, threshold, about } = lines.at(-1)!;
  expect([total, scale, threshold]).toEqual([bytes.length, -30, -15]);
  expect(kept).toBe(each.filter(line => line.kept).length);
  expect([name, about]).toEqual(['Tokenscope’s small gate', expect.stringContaining('ours')]);
});

test('people read the same as a table, and the length last', () => {
  const { out, code } = gated([]);
  expect(code).toBe(0);
  const rows = out.split('\n');
  expect(rows.filter(row => /(?:kept|deleted)$/.test(row))).toHaveLength(Buffer.byteLength(TEXT));
  const { total, kept } = lines.at(-1)!;
  expect(rows.at(-2)).toBe(
    `After the gate ${kept} of ${total} bytes are left (${Math.round((100 * kept) / total)} %).`,
  );
  expect(gated([], '').out).toContain('After the gate 0 of 0 bytes are left.');
});

test('what is no gate is refused by name, and so is bad input', () => {
  const refused = (args: string[], text: string | Uint8Array = TEXT) => {
    const { code, err, out } = gated(args, text);
    expect([code, out]).toEqual([2, '']);
    return err;
  };
  expect(refused(['--gate', join(root, 'models/coder')])).toContain('There is no gate.onnx in');
  expect(refused(['--gate', 'nowhere'])).toContain('Model folder not found');
  expect(refused([], Uint8Array.of(0x61, 0xff))).toContain('not UTF-8: byte ff at offset 1');
  mkdirSync(join(scratch, 'empty'));
  writeFileSync(join(scratch, 'empty', 'gate.onnx'), '');
  expect(refused(['--gate', 'empty'])).toContain('There is no tokenizer.json');
});
