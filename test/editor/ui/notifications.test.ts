// What is shown of errors, and how loudly; and of work, how far it is.
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { LogOutputChannel } from 'vscode';
import { Cancelled, UserError } from '../../../src/core/errors';
import { keepingOpen, MODELS } from '../../../src/editor/ui/keepingOpen';
import {
  confirm,
  onDidSay,
  showBriefly,
  showList,
  type Said,
} from '../../../src/editor/ui/messages';
import { inform, report } from '../../../src/editor/ui/notifications';
import { cancellable, inStatusBar, shareReporter } from '../../../src/editor/ui/progress';
import { fake, window } from '../../support/vscode';

const logged: string[] = [];
const note = (level: string) => (line: string) => logged.push(`${level} ${line}`);
const log = {
  info: note('info'),
  warn: note('warn'),
  error: note('error'),
  show: () => logged.push('shown'),
};
const tell = (error: unknown, gesture?: string) =>
  report(log as unknown as LogOutputChannel, error, gesture);
const said: Said[] = [];
const listener = onDidSay(event => said.push(event));
const { showInformationMessage, showWarningMessage, withProgress } = window;

beforeEach(() => {
  logged.length = said.length = fake.messages.length = fake.commands.length = 0;
  fake.progress.length = 0;
});
afterEach(
  () => void Object.assign(window, { showInformationMessage, showWarningMessage, withProgress }),
);
afterAll(() => listener.dispose());

test('a cancelled request is no error, and one that nobody asked for is in the log alone', () => {
  tell(new Cancelled(), 'Tokenscope');
  expect(logged).toEqual([]);
  tell(new UserError('No model.'));
  expect([logged, fake.messages]).toEqual([['warn No model.'], []]);
});

test('a defect is logged with its place, and shown as what it is', () => {
  tell(new TypeError('x is undefined'), 'Tokenscope');
  expect(logged[0]).toMatch(/^error TypeError: x is undefined\n +at /);
  tell('a text', 'Tokenscope');
  expect(fake.messages).toEqual([
    ['error', 'Tokenscope failed: x is undefined', 'Show Log'],
    ['error', 'Tokenscope failed: a text', 'Show Log'],
  ]);
});

test('an error of the user’s is a warning, or with the command that helps information', async () => {
  tell(new UserError('No such folder.'), 'Tokenscope');
  tell(new UserError('No model. "Tokenscope: Choose Lens…" offers others.'), 'Tokenscope');
  inform('Nothing is compared.');
  expect(logged).toEqual([
    'warn No such folder.',
    'info No model. "Tokenscope: Choose Lens…" offers others.',
  ]);
  expect(fake.messages).toEqual([
    ['warning', 'No such folder.', 'Show Log'],
    ['information', 'No model. "Tokenscope: Choose Lens…" offers others.', 'Choose Lens…'],
    ['information', 'Nothing is compared.'],
  ]);
});

test('a button that is chosen does what it says', async () => {
  window.showWarningMessage = async (_text, ...buttons) => buttons[0];
  tell(new UserError('No such folder.'), 'Tokenscope');
  await expect.poll(() => logged).toEqual(['warn No such folder.', 'shown']);
  window.showInformationMessage = async (_text: string, ...buttons: unknown[]) => buttons[0];
  inform('"Tokenscope: Choose Lens…" helps.');
  await expect.poll(() => fake.commands).toEqual([['tokenscope.chooseLens']]);
  window.showInformationMessage = async (_text: string, ...buttons: unknown[]) => buttons.at(-1);
  expect(await confirm('Get it?', ['12 MB', '[x](command:y)'], 'Get')).toBe(true);
  window.showInformationMessage = async () => undefined;
  expect(await confirm('Get it?', [], 'Get')).toBe(false);
  expect(said.map(({ kind, text, actions }) => [kind, text, actions])).toContainEqual([
    'information',
    'Get it?\n12 MB\n[x] (command:y)',
    ['Get'],
  ]);
});

test('texts of others are plain in messages and lists', async () => {
  showBriefly('$(trash) [x](command:y)');
  expect(fake.messages).toEqual([['status', '$ (trash) [x] (command:y)', 4000]]);
  fake.lists.length = 0;
  const item = { label: '$(trash)', description: '[x](command:y)' };
  expect(await showList([item], { title: 'A list' })).toBe(item);
  expect(fake.lists[0]![0]).toMatchObject({ label: '$ (trash)', description: '[x] (command:y)' });
});

test('work that is cancelled has no result, and what goes wrong in it goes on', async () => {
  let cancel = () => {};
  window.withProgress = (_options, work) =>
    work(
      { report: (value: unknown) => fake.progress.push(value) },
      {
        onCancellationRequested: (listener: () => void) => ((cancel = listener), { dispose() {} }),
      },
    );
  const work = cancellable('$(x) work', (signal, progress) => {
    progress.report({ message: '$(trash) file', increment: 2 });
    progress.report({ increment: 1 });
    return new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error)),
    );
  });
  cancel();
  expect(await work).toBeUndefined();
  expect(fake.progress).toEqual([{ message: '$ (trash) file', increment: 2 }, { increment: 1 }]);
  await expect(
    cancellable('work', async () => {
      throw new UserError('No.');
    }),
  ).rejects.toThrow(new UserError('No.'));
  expect(await cancellable('work', async () => 3)).toBe(3);
  expect(await inStatusBar('work', async () => 4)).toBe(4);
});

test('a share that is done is told as it grows', () => {
  const told: unknown[] = [];
  const share = shareReporter({ report: value => told.push(value) });
  share(0, 0);
  share(1, 3);
  share(2, 3, 'two of three');
  share(3, 3);
  expect(told).toEqual([
    { message: '33 %', increment: 33 },
    { message: 'two of three', increment: 33 },
    { message: '100 %', increment: 34 },
  ]);
});

test('what was open stays open, and the message says where to choose again', async () => {
  expect(await keepingOpen(Promise.resolve(3), MODELS)).toBe(3);
  const fails = (error: Error, setting?: string) =>
    keepingOpen(Promise.reject(error), MODELS, setting);
  await expect(fails(new UserError('No such folder.'))).rejects.toThrow(
    new UserError(
      'Your choice cannot be opened, so the previous choice stays open. No such folder. Choose another one with "Tokenscope: Choose Model or Tokenizer…".',
    ),
  );
  await expect(fails(new UserError('No.'), 'tokenscope.model.folder')).rejects.toThrow(
    /^The value of the setting "tokenscope\.model\.folder" cannot be opened, so the previous choice stays open\. No\./,
  );
  await expect(fails(new TypeError('a defect'))).rejects.toThrow(TypeError);
});
