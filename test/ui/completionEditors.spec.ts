// Completions beside what VS Code does by itself: indentation, a selection that is surrounded,
// and inputs that look like editors.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';
import { isScriptBalanced } from '../support/scriptBalance';
import { ghost, logged, open, openAtLine, savedText, turnCompletionsOn } from './ghostText';

export const windows: SharedWindow[] = [
  {
    open,
    specs: [
      theLineThatEnterIndentedIsNotIndentedAgain,
      nothingIsSuggestedWhileTextIsSelected,
      nothingIsAskedForInInputsThatAreNoDocuments,
    ],
  },
];

const CODE = `export function wordCount(text: string): number {
  return text.split(' ').length;
}

export function average(texts: string[]): number {
  let total = 0;
  for (const text of texts) total += word
  return total / texts.length;
}
`;

export async function theLineThatEnterIndentedIsNotIndentedAgain(ui: Workbench) {
  await turnCompletionsOn(ui);
  const before = CODE.slice(0, CODE.indexOf('  for ('));
  const after = CODE.slice(CODE.indexOf('  return total'));
  ui.writeFile('indented.ts', `${before}\n${after}`);
  await openAtLine(ui, 'indented.ts', before.split('\n').length);
  await ui.page.keyboard.type('  for (const text of texts) {');
  await ui.page.keyboard.press('Enter');
  const indented = `${before}  for (const text of texts) {\n    \n  }\n${after}`;
  await savedText(ui, 'indented.ts', text => text === indented);
  await ui.runCommand('Trigger Inline Suggestion');
  await ghost(ui).first().waitFor();
  await ui.screenshot('completion-indented');
  await ui.page.keyboard.press('Tab');
  const text = await savedText(ui, 'indented.ts', text => text !== indented);
  assert.match(text, /\) \{\n {4}\S.*\n {2}\}\n {2}return total/);
  assert.ok(isScriptBalanced(text), text);
}

export async function nothingIsSuggestedWhileTextIsSelected(ui: Workbench) {
  await turnCompletionsOn(ui);
  ui.writeFile('average.ts', CODE.replace('+= word\n', '+= wordCount(text)\n'));
  await openAtLine(ui, 'average.ts', 6);
  await ui.goTo(6, 7);
  for (let i = 0; i < 'total'.length; i++) await ui.page.keyboard.press('Shift+ArrowRight');
  await ui.page.keyboard.type('"');
  await logged(ui, /average\.ts:6:\d+ nothing: text is selected/);
  const surrounded = await savedText(ui, 'average.ts', text => text.includes('let "total" = 0;'));
  assert.ok(isScriptBalanced(surrounded));
  assert.equal(await ghost(ui).count(), 0);
}

export async function nothingIsAskedForInInputsThatAreNoDocuments(ui: Workbench) {
  execFileSync('git', ['init', '-q', ui.folder]);
  await turnCompletionsOn(ui);
  await ui.setSettings({
    'git.enabled': true,
    'editor.quickSuggestions': { other: 'off' },
    'tokenscope.completion.exceptLanguages': [],
  });
  const { keyboard } = ui.page;
  ui.writeFile('average.ts', CODE);
  await ui.openFile('average.ts');

  await keyboard.press('Control+Shift+G');
  await ui.page.locator('.scm-editor').first().click();
  await keyboard.type('Add the average of ');
  await ui.page.locator('.scm-editor .view-line', { hasText: 'average' }).waitFor();
  await ui.screenshot('completion-commit');

  await ui.runCommand('Search Editor: New Search Editor');
  await keyboard.type('total');
  await keyboard.press('Enter');
  const results = ui.page.locator('.search-editor .view-line', { hasText: 'result' });
  await results.first().waitFor();
  await keyboard.press('Control+ArrowDown');
  await keyboard.press('Control+End');
  await keyboard.type('const tot');

  // The log has a line for each place that is asked about.
  await ui.openFile('average.ts');
  await ui.goTo(7, CODE.split('\n')[6]!.length + 1);
  await keyboard.type('C');
  await ui.runCommand('Trigger Inline Suggestion');
  const log = await logged(ui, /average\.ts:7:\d+ "ount/);
  const asked = log.matchAll(/ (\S+):\d+:\d+ (?:"|nothing)/g);
  assert.deepEqual(new Set(Array.from(asked, ([, name]) => name)), new Set(['average.ts']));
}
