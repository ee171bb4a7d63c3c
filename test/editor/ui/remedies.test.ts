// Commands that messages name, and their buttons.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { remedies, remediesIn } from '../../../src/editor/ui/remedies';

test('titles are those of the manifest', () => {
  const path = join(import.meta.dirname, '../../../package.json');
  const { contributes } = JSON.parse(readFileSync(path, 'utf8')) as {
    contributes: { commands: { command: string; title: string }[] };
  };
  const titles = new Map(contributes.commands.map(({ command, title }) => [command, title]));
  for (const [title, command] of remedies)
    expect([command, titles.get(command)]).toEqual([expect.any(String), title]);
});

test('a message has a button for each command that it names, once', () => {
  const message =
    'No. "Tokenscope: Open a Sample", "Tokenscope: Choose Lens…", or "Tokenscope: Open a Sample".';
  expect(remediesIn(message)).toEqual([
    { title: 'Open a Sample', command: 'tokenscope.openSample' },
    { title: 'Choose Lens…', command: 'tokenscope.chooseLens' },
  ]);
});

test('no text gets a button for what changes something', () => {
  expect(remediesIn('a "Tokenscope: Close Traces" b "Tokenscope: constructor"')).toEqual([]);
});
