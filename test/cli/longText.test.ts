// A long text is read, scored and printed part by part: memory does not grow with it, and a reader that has seen enough ends it.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { models } from '../support/paths';
import { bundle, run, scratch, setUpCommandLine, start } from './support';

setUpCommandLine();

const stories = join(models, 'stories260K');
/** Measured for 300 and 1,200 lines: 17 MB, and 90 to 102 MB where scores are kept. */
const MORE_MB = 40;

function story(lines: number): string {
  const path = join(scratch, `${lines}.txt`);
  const line = (i: number) =>
    `Once upon a time Tom had ${i} little dogs who liked to run in the park.\n`;
  writeFileSync(path, Array.from({ length: lines }, (_, i) => line(i)).join(''));
  return path;
}

/** Megabytes at most, while a command ran. */
function peakOf(args: readonly string[]): { mb: number; tokens: number } {
  const probe = join(scratch, 'peak.cjs');
  writeFileSync(
    probe,
    `if (require('node:worker_threads').isMainThread) process.on('exit', () =>
       process.stderr.write('peak ' + process.resourceUsage().maxRSS));`,
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', probe, join(bundle, 'cli.js'), ...args],
    { encoding: 'utf8', maxBuffer: 1 << 30 },
  );
  expect(status, stderr).toBe(0);
  const [, kilobytes] = /peak (\d+)/.exec(stderr)!;
  return { mb: Number(kilobytes) / 1024, tokens: stdout.split('\n').length - 1 };
}

test('the memory of inspect does not grow with the text', { timeout: 120_000 }, () => {
  const args = (lines: number) => ['inspect', '--json', '--model', stories, story(lines)];
  const [short, long] = [peakOf(args(300)), peakOf(args(900))];
  expect(long.tokens).toBeGreaterThan(2.9 * short.tokens);
  expect(long.mb - short.mb).toBeLessThan(MORE_MB);
});

test.each(['inspect', 'tokens'])(
  'who has read enough of %s ends it without an error',
  { timeout: 120_000 },
  async command => {
    const child = start([command, '--json', '--model', stories, story(6000)]);
    let err = '';
    child.stderr!.on('data', (text: Buffer) => (err += text));
    const [first] = (await once(child.stdout!, 'data')) as [Buffer];
    // It has not come to the end of the text by then.
    expect(JSON.parse(first.toString().split('\n')[0]!)).toMatchObject({ index: 0 });
    expect(child.exitCode).toBe(null);
    child.stdout!.destroy();
    const [code] = (await once(child, 'exit')) as [number];
    expect({ code, err }).toEqual({ code: 0, err: '' });
  },
);

/** Where every write fails, on Linux. */
const FULL = '/dev/full';

test.skipIf(!existsSync(FULL))('an output that cannot be written is named', () => {
  for (const command of ['inspect', 'tokens']) {
    const output = openSync(FULL, 'w');
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(bundle, 'cli.js'), command, '--model', stories, story(20)],
      { stdio: ['ignore', output, 'pipe'], encoding: 'utf8' },
    );
    closeSync(output);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'tokenscope: cannot write to standard output: no space left on device.\n',
    });
  }
});

test('a byte that is no text is named before anything is printed, wherever it is', () => {
  const path = join(scratch, 'broken.txt');
  const good = Buffer.from('a line of text\n'.repeat(10_000));
  writeFileSync(path, Buffer.concat([good, Buffer.of(0xc3), Buffer.from('x')]));
  for (const command of ['inspect', 'tokens']) {
    const { code, out, err } = run([command, '--json', path]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe(`tokenscope: ${path} is not UTF-8: byte c3 at offset ${good.length}.\n`);
  }
});
