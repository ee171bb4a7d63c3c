// Which commands the command palette lists in which state of a window.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { conditionsOf } from './listedWhen.mjs';

interface Command {
  command: string;
  title: string;
  enablement?: string;
}
interface Item {
  command: string;
  when?: string;
}
const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  contributes: { commands: Command[]; menus: Record<string, Item[]> };
};
const { commandPalette = [], ...menus } = contributes.menus;

const listed = (...holds: string[]) =>
  contributes.commands
    .filter(command =>
      conditionsOf(command, commandPalette).some(all =>
        all.every(condition => holds.includes(condition)),
      ),
    )
    .map(({ title }) => title);

const OFF = ['!tokenscope.isOn', '!tokenscope.completes'];
const EDITOR = ['editorIsOpen', 'activeEditor != gettingStartedPage'];

test('a new window lists what has a use without a text', () => {
  const few = [
    'Choose Model or Tokenizer…',
    'Get a Model from the Hugging Face Hub…',
    'Connect to a Server…',
    'Open Reasoning Traces…',
    'Tokenizer Report…',
    'Toggle Completions',
    'Open a Sample',
    'Open a Sample Trace',
    'Delete Prepared Weights…',
    'Show Log',
  ];
  expect(listed(...OFF)).toEqual(few);
  // The page *Welcome* is an editor.
  expect(listed(...OFF, 'editorIsOpen')).toEqual(few);
});

test('an open text adds the overlay, the inspector and completions', () => {
  const found = listed(...OFF, ...EDITOR);
  const some = ['Toggle Overlay', 'Turn Overlay On', 'Open Inspector', 'Turn Completions On'];
  expect(found).toEqual(expect.arrayContaining([...some, "Show the Model's Report"]));
  expect(found).not.toContain('Go to Next Peak');
  expect(listed('tokenscope.isOn', ...EDITOR)).toContain('Go to Next Peak');
});

test('what is on can be turned off without a text', () => {
  expect(listed('tokenscope.isOn')).toContain('Turn Overlay Off');
});

test('every command is listed in some state, or is in a menu', () => {
  const inMenus = Object.values(menus).flat();
  // A click on a trace of the view runs it.
  const elsewhere = ['tokenscope.showTrace', ...inMenus.map(({ command }) => command)];
  for (const command of contributes.commands) {
    const states = conditionsOf(command, commandPalette);
    if (states.flat().includes('false')) expect(elsewhere).toContain(command.command);
    // No state fits a condition and its opposite.
    for (const state of states)
      expect(
        state.filter(each => state.includes(`!${each}`)),
        command.command,
      ).toEqual([]);
  }
});
