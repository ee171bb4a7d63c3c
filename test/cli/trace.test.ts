// `tokenscope trace` as a process: its fields in their units beside PyTorch's numbers and those of a file, its rollouts
// beside the engine's, and its end by Ctrl+C.
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { shareInterval } from '../../src/core/traces/successCurve';
import { Document } from '../../src/engine/documents/document';
import type { Model } from '../../src/engine/models/model';
import { modelOpener } from '../../src/engine/models/openModel';
import { rollOutDocument } from '../../src/engine/traces/rolloutView';
import { writeModelFolder } from '../support/modelFolder';
import { sampleOf } from '../support/seed';
import { bundle, linesOf, readLines, root, run, scratch, setUpCommandLine, start } from './support';

setUpCommandLine();

const file = join(root, 'samples/traces.jsonl');
const saved = join(root, 'samples/logprobs.jsonl');
const base = join(root, 'models/reasoner/base');
const scored = ['trace', file, '--sample', '1', '--model', base];

const FIELDS =
  'index id bytes byteStart byteEnd utf16Start utf16End text logprob surprisal entropy entropyLow ' +
  'entropyHigh varentropy gap rank context top space positive negative ratio divergence contrast';

/** In nats, of the first trace of the samples: `scores` has a number for each token and one for the end. */
const [golden] = JSON.parse(readFileSync(join(root, 'test/golden/reasoning/traces.json'), 'utf8'))
  .traces as { problem: string; trace: string; scores: Record<string, number[]> }[];

describe('trace', () => {
  test('lists the traces of a file; what neither the file nor its text says is null', () => {
    const [first] = readLines(['trace', file]);
    expect(first).toMatchObject({ target: '82', isRight: false, steps: 4, answer: '112' });
    const plain = join(scratch, 'plain.txt');
    writeFileSync(plain, '<think>\nOne and one is two.\n</think>\nIt is 2.\n');
    const [line] = readLines(['trace', plain]);
    expect(Object.keys(line).join(' ')).toBe(
      'id format question answer target isRight bytes steps logprobs refused notes',
    );
    expect(line).toMatchObject({ question: null, target: null, isRight: null, logprobs: [] });
  });

  test('says what is encrypted and what is left out', () => {
    const path = join(scratch, 'redacted.json');
    const content = [
      { type: 'redacted_thinking', data: 'gAAA' },
      { type: 'text', text: 'So 4.' },
    ];
    const logprobs = { content: [' So', ' 4.'].map(token => ({ token, logprob: -1 })) };
    const choices = [{ message: { role: 'assistant', content }, logprobs }];
    writeFileSync(path, JSON.stringify({ choices }));
    const left = 'OpenAI chat: tokens that are only partly in the text: “·So”';
    const note = 'Some of the reasoning is encrypted in the file and cannot be shown.';
    const [line] = readLines(['trace', path]);
    expect([line.refused, line.notes]).toEqual([[left], [note]]);
    expect(run(['trace', path]).out).toMatch(/OpenAI chat, not all: see --sample/);
    const { err } = run(['trace', path, '--sample', '1']);
    expect(err).toBe(`${note}\nLog-probabilities not used: ${left}\n`);
  });

  test('scores a trace in bits, and its pair in nats, as PyTorch does', () => {
    const { scores, trace } = golden!;
    const tokens = readLines([...scored, '--top', '3']);
    expect(tokens).toHaveLength(scores.logprob!.length - 1);
    let end = 0;
    for (const [i, token] of tokens.entries()) {
      expect(Object.keys(token).join(' ')).toBe(FIELDS);
      const nats = (name: string) => scores[name]![i]!;
      const near = (value: number, expected: number) =>
        expect(Math.abs(value - expected)).toBeLessThan(1e-4);
      near(token.logprob, nats('logprob'));
      near(token.surprisal * Math.LN2, -nats('logprob'));
      near(token.entropy * Math.LN2, nats('entropy'));
      near(token.varentropy * Math.LN2 ** 2, nats('varentropy'));
      near(token.gap * Math.LN2, nats('gap'));
      for (const name of ['positive', 'negative', 'ratio', 'divergence', 'contrast']) {
        near(token[name], nats(name));
      }
      expect([token.entropyLow, token.entropyHigh]).toEqual([token.entropy, token.entropy]);
      expect([token.index, token.byteStart, token.utf16Start]).toEqual([i, end, end]);
      expect(token.top).toHaveLength(3);
      expect(token.rank === 1).toBe(token.gap === 0);
      end = token.byteEnd;
    }
    const bytes = tokens.map(token => token.bytes).join('');
    expect(Buffer.from(bytes, 'hex').toString()).toBe(trace);
    expect(tokens[1].context - tokens[0].context).toBe(1);
    expect(tokens[0].context).toBeGreaterThan(20);
  });

  test('with no alternative listed the gap is known all the same', () => {
    const [, second] = readLines([...scored, '--top', '0']);
    expect(second.top).toEqual([]);
    expect(second.gap).toBeGreaterThan(0);
  });

  test('without a pair its fields are null, not absent', () => {
    const model = writeModelFolder(join(scratch, 'single'), { context: 512 });
    for (const token of readLines(['trace', file, '--sample', '1', '--model', model])) {
      expect(Object.keys(token).join(' ')).toBe(FIELDS);
      for (const name of ['positive', 'negative', 'ratio', 'divergence', 'contrast']) {
        expect(token[name]).toBeNull();
      }
      expect(token.surprisal).toBeGreaterThan(0);
    }
  });

  test("prints a file's numbers in the same units, and bounds where the list is cut", () => {
    const { token_logprobs: logprobs, top_logprobs: tops } = JSON.parse(
      readFileSync(saved, 'utf8').split('\n')[0]!,
    ).choices[0].logprobs as { token_logprobs: number[]; top_logprobs: Record<string, number>[] };
    const tokens = readLines(['trace', saved, '--sample', '1']);
    expect(tokens).toHaveLength(logprobs.length);
    for (const [i, token] of tokens.entries()) {
      expect(Object.keys(token).join(' ')).toBe(FIELDS);
      const listed = Object.values(tops[i]!);
      expect(token.logprob).toBeCloseTo(logprobs[i]!, 12);
      expect(token.surprisal).toBeCloseTo(-logprobs[i]! / Math.LN2, 9);
      expect(token.gap).toBeCloseTo((Math.max(...listed) - logprobs[i]!) / Math.LN2, 9);
      expect(token.rank).toBe(listed.filter(other => other > logprobs[i]!).length + 1);
      expect(token.top.map(({ logprob }: { logprob: number }) => logprob)).toEqual(
        // Without -0, which JSON writes as 0.
        listed.sort((a, b) => b - a).map(value => value + 0),
      );
      // The size of the vocabulary is not in the file: what is not listed has no upper bound.
      const isWhole = listed.reduce((sum, other) => sum + Math.exp(other), 0) >= 1;
      expect(token.entropyLow).toBeGreaterThan(0);
      expect(token.entropyHigh).toBe(isWhole ? token.entropyLow : null);
      for (const name of ['id', 'entropy', 'context', 'contrast']) {
        expect(token[name]).toBeNull();
      }
    }
    // The model wrote what is saved there: the true entropy is not below the bound.
    const [first] = tokens;
    expect(first.varentropy).toBeNull();
    expect(first.entropyLow).toBeLessThan(golden!.scores.entropy![0]! / Math.LN2);
  });

  test('prints for people what is known', () => {
    const { out } = run([...scored, '--rollouts', '4', '--max-tokens', '60']);
    expect(out).toMatch(/surprisal +ratio +divergence +contrast +success +low +high +n\nstep 1\n/);
    expect(out).toMatch(/reach 82\. Before the first token \d+ % \(95 %: .* n = 4\)\.\n$/);
    expect(run(['trace', saved, '--sample', '1']).out).toMatch(/surprisal +gap\nstep 1\n/);
  });

  test('takes a text without a sign of reasoning as a trace only where that is said', () => {
    const text = 'Once upon a time.\n';
    expect(run(['trace', '-'], text)).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(
        /^tokenscope: Standard input contains no reasoning trace\. It is a text without signs .* Use --as text to read it as one trace\.\n$/,
      ) as string,
    });
    const [line] = readLines(['trace', '-', '--as', 'text'], text);
    expect(line).toMatchObject({ format: 'text', bytes: 18 });
  });

  test('names a file, or standard input, and the first byte that is not UTF-8', () => {
    const bad = join(scratch, 'bad.jsonl');
    const bytes = Buffer.from([0x7b, 0x22, 0xff]);
    writeFileSync(bad, bytes);
    for (const command of ['trace', 'tokens']) {
      expect(run([command, bad]).err).toBe(
        `tokenscope: ${bad} is not UTF-8: byte ff at offset 2.\n`,
      );
      expect(run([command, '-'], bytes).err).toBe(
        'tokenscope: Standard input is not UTF-8: byte ff at offset 2.\n',
      );
    }
  });

  test('prints what could be read of a file that is cut, and says where it is', () => {
    const row = JSON.stringify({ question: 'q', answer: 'So\n#### 4' });
    const { code, out, err } = run(['trace', '-', '--json'], `${row}\n${row.slice(0, 20)}`);
    expect([code, linesOf(out).length]).toEqual([0, 1]);
    expect(err).toBe('line 2 is truncated: a string without an end at line 2, column 17.\n');
    const log = run(['trace', '-', '--json'], '{"eval": {},\n "samples": [{"id": "q');
    expect([log.code, log.out]).toEqual([2, '']);
    expect(log.err).toMatch(/It is truncated: a string without an end at line 2, column 21\./);
  });

  test.each([
    [[file, '--sample', '9'], /Trace "9" not found\. The file has 4/],
    [[file, '--sample', '1'], /no log-probabilities.*--model/],
    [[join(root, 'package.json')], /contains no reasoning trace/],
    [[join(root, 'esbuild.mjs')], /looks like a program or a table by its name.*--as text/],
    [[root], /is a folder/],
    [[file, '--positive', 'x'], /--positive needs --model/],
    [[file, '--rollouts', '4'], /--rollouts needs --sample/],
    [[file, '--sample', '1', '--rollouts', '4'], /--rollouts needs --model/],
    [[file, '--sample', '1', '--seed', '4'], /--seed needs --rollouts/],
    [[file, '--sample', '1', '--rollouts', '0'], /--rollouts takes a whole number from 1/],
    [[file, '--sample', '1', '--temperature', '0'], /--temperature takes a number from 0\.01/],
  ] as const)('%j is refused in one line', (args, words) => {
    const { code, out, err } = run(['trace', ...args]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(words);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('trace --rollouts', () => {
  const few = ['--rollouts', '4', '--max-tokens', '60'];
  let model: Model;
  beforeAll(async () => {
    model = await modelOpener(join(bundle, 'runtime.js'))(base, 2048);
    return () => model.dispose();
  });

  /** success, low, high and n by token, as the engine has them. */
  async function expectedRollouts(seed: number, target?: string, maxTokens = 60) {
    const { problem, trace } = golden!;
    const view = await rollOutDocument(
      model,
      new Document('a', 0, `${problem}\n${trace}`),
      problem.length + 1,
      {
        rollouts: 4,
        temperature: 1,
        topP: 1,
        seed,
        maxTokens,
        pattern: '',
        whole: false,
        ...(target === undefined ? {} : { target }),
      },
      new AbortController().signal,
      () => {},
    );
    return new Map(
      view.points.map(point => {
        const [low, high] = shareInterval(point);
        return [point.token, [point.right / point.rollouts, low, high, point.rollouts]] as const;
      }),
    );
  }

  test('are those of the engine, by their seed', async () => {
    for (const seed of sampleOf([7], [1, 7])) {
      const expected = await expectedRollouts(seed, '82');
      const args = [...scored, ...few, '--seed', String(seed)];
      const tokens = readLines(args);
      expect(expected.size).toBeGreaterThan(2);
      for (const { index, success, low, high, n } of tokens) {
        expect([success, low, high, n]).toEqual(expected.get(index) ?? [null, null, null, null]);
      }
      expect(Object.keys(tokens[0]).join(' ')).toBe(`${FIELDS} success low high n problem`);
    }
  });

  test('count towards the answer that is given', async () => {
    const expected = await expectedRollouts(1, '112');
    const tokens = readLines([...scored, ...few, '--target', '112']);
    expect(tokens.at(-1).success).toBe(expected.get(tokens.length - 1)![0]);
    expect(tokens.at(-1).success).toBe(1);
  });

  test('of which none matches although the file says right say so, in place of 0 %', () => {
    const { problem: question, trace } = golden!;
    const solution = { solution: trace, is_correct: true };
    const row = { question, ground_truth: 'So many.\n#### eighty', '6b_finetuning': solution };
    const path = join(scratch, 'written-differently.jsonl');
    writeFileSync(path, `${JSON.stringify(row)}\n`);
    const args = ['trace', path, '--sample', '1', '--model', base, ...few];
    const { code, out, err } = run([...args, '--json']);
    expect(code).toBe(0);
    const problem =
      /no rollout's answer matches, although the file marks the trace as right. The answers may be written differently \(right: eighty; rollouts: \d+/;
    expect(err).toMatch(problem);
    const rolled = linesOf(out).filter(({ n }) => n !== null);
    expect(rolled.length).toBeGreaterThan(0);
    for (const { success, low, high, ...rest } of rolled) {
      expect([success, low, high]).toEqual([null, null, null]);
      expect(rest.problem).toMatch(problem);
    }
    expect(run(args).out).toMatch(problem);
  });

  test('without a right answer say so, and count agreement', async () => {
    // The trace that the tests above roll out; this file has no answer to it.
    const args = ['trace', saved, '--sample', '1', '--model', base, '--rollouts', '4', '--json'];
    const { code, out, err } = run([...args, '--max-tokens', '150']);
    expect(code).toBe(0);
    expect(err).toMatch(/^success: no right answer is known; .* agree on \d+\./);
    const expected = await expectedRollouts(1, undefined, 150);
    const rolled = linesOf(out).filter(({ n }) => n !== null);
    expect(rolled.map(({ success }) => success)).toEqual(
      [...expected].filter(([token]) => token >= 0).map(([, [success]]) => success),
    );
  });

  /** Loaded before the command line: it says when Ctrl+C is listened for, and makes progress visible. */
  const PROBE = `
    const { isMainThread } = require('node:worker_threads');
    if (isMainThread) {
      process.stderr.isTTY = true;
      process.on('newListener', name => {
        if (name === 'SIGINT') require('node:fs').writeFileSync('listens', '');
      });
    }
  `;

  test.each([
    ['as soon as it is listened for', () => existsSync(join(scratch, 'listens'))],
    ['between prefixes', (err: string) => /rolled out \d+ of/.test(err)],
  ])('end cleanly by Ctrl+C, %s', async (_, isMoment) => {
    const probe = join(scratch, 'probe.cjs');
    writeFileSync(probe, PROBE);
    rmSync(join(scratch, 'listens'), { force: true });
    const env = { NODE_OPTIONS: `--require=${JSON.stringify(probe)}` };
    const child = start([...scored, '--rollouts', '64', '--json'], env);
    const closed = once(child, 'close');
    let [out, err] = ['', ''];
    child.stdout!.on('data', chunk => (out += chunk));
    child.stderr!.on('data', chunk => (err += chunk));
    await vi.waitUntil(() => isMoment(err), 60_000);
    child.kill('SIGINT');
    const [code, signal] = await closed;
    expect({ code, signal, out }).toEqual({ code: 130, signal: null, out: '' });
    // Lines of progress are taken off again.
    expect(err.replace(/\r\x1b\[K[^\r\n]*(?=\r)|\r\x1b\[K/g, '')).toBe('tokenscope: interrupted\n');
  });
});
