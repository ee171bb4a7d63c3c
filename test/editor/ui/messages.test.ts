// Lists, boxes and questions: texts of others are plain there, buttons do what they say, and each is noted.
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  choose,
  createInput,
  createList,
  onDidSay,
  showMessage,
  type Said,
} from '../../../src/editor/ui/messages';
import { fake, window } from '../../support/vscode';

const HOSTILE = 'a [link](command:x) $(icon)';
const PLAIN = 'a [link] (command:x) $ (icon)';
let said: Said[];
let listening: { dispose(): void };
const { showWarningMessage } = window;
beforeEach(() => {
  [said, fake.messages.length] = [[], 0];
  listening = onDidSay(one => said.push(one));
});
afterEach(() => {
  listening.dispose();
  window.showWarningMessage = showWarningMessage;
});

test('a list that follows what is typed: its title, its hint and each of its items', () => {
  const { list, setItems } = createList<{ label: string; detail?: string; id: number }>(
    HOSTILE,
    `${HOSTILE}?`,
  );
  expect([list.title, list.placeholder]).toEqual([PLAIN, `${PLAIN}?`]);
  expect(said).toEqual([{ kind: 'list', text: HOSTILE, actions: [] }]);
  expect(list.items).toEqual([]);
  setItems([{ label: HOSTILE, detail: HOSTILE, id: 3 }]);
  expect(list.items).toEqual([{ label: PLAIN, detail: PLAIN, id: 3 }]);
  setItems([{ label: 'another', id: 4 }]);
  expect(list.items).toEqual([{ label: 'another', id: 4 }]);
});

test('a box that is typed into', () => {
  const box = createInput(HOSTILE, `${HOSTILE}?`);
  expect([box.title, box.prompt]).toEqual([PLAIN, `${PLAIN}?`]);
  expect(said).toEqual([{ kind: 'input', text: HOSTILE, actions: [] }]);
});

test('the button of a message that is chosen runs, and no other', async () => {
  const ran: string[] = [];
  const action = (title: string) => ({ title, run: () => void ran.push(title) });
  for (const chosen of ['Two', undefined]) {
    window.showWarningMessage = async (text, ...buttons) => {
      fake.messages.push(['warning', text, ...buttons]);
      return chosen;
    };
    showMessage('warning', HOSTILE, [action('One'), action('Two')]);
    await Promise.resolve();
  }
  expect(ran).toEqual(['Two']);
  const message = ['warning', PLAIN, 'One', 'Two'];
  expect(fake.messages).toEqual([message, message]);
  const noted = { kind: 'warning', text: PLAIN, actions: ['One', 'Two'] };
  expect(said).toEqual([noted, noted]);
});

test('a question has its buttons', async () => {
  expect(await choose(HOSTILE, 'Yes', 'No')).toBeUndefined();
  expect(fake.messages).toEqual([['information', PLAIN, 'Yes', 'No']]);
  expect(said).toEqual([{ kind: 'information', text: PLAIN, actions: ['Yes', 'No'] }]);
});
