// The build refuses writing to the terminal by another way than through `src/cli/terminal.ts`.
import { expect, test } from 'vitest';
import { terminalErrors, terminalErrorsIn } from '../../build/terminal.mjs';
import { root } from '../support/paths';

test.each(['process.stderr.write(name)', 'process.stdout . end(x)', 'console.error(error)'])(
  '%s is refused, with its line',
  code => {
    const [error, ...others] = terminalErrors('src/cli/a.ts', `// one\n${code}\n`);
    expect(error).toMatch(/^src\/cli\/a\.ts:2: /);
    expect(others).toEqual([]);
  },
);

test('a stream that is listened to or handed on is none', () => {
  expect(terminalErrors('a.ts', "process.stdout.on('error', x); f(process.stderr)")).toEqual([]);
});

test('the command line has none', () => expect(terminalErrorsIn(root)).toEqual([]));
