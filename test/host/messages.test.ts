// The build refuses messages that are shown past the one place that makes their texts plain.
import { expect, test } from 'vitest';
import { messageErrors, messageErrorsIn } from '../../build/messages.mjs';
import { repository } from './product.mjs';

test.each([
  'void window.showErrorMessage(message);',
  'vscode.window.withProgress(options, work)',
  "window['setStatusBarMessage'](text)",
  'window\n    .showQuickPick(items)',
  'window?.createInputBox()',
  "import { window as view } from 'vscode';",
  'const { showInputBox } = window;',
  'const w = vscode.window;',
])('%j is refused, with its line', code => {
  const [error, ...others] = messageErrors('src/editor/a.ts', `// one\n${code}\n`);
  expect(error).toMatch(/^src\/editor\/a\.ts:2: /);
  expect(others).toEqual([]);
});

test.each(['window.activeTextEditor', 'this.withProgress(title)', 'const window = windowOf(at);'])(
  '%j is not',
  code => expect(messageErrors('a.ts', code)).toEqual([]),
);

test('the editor has none', () => expect(messageErrorsIn(repository)).toEqual([]));
