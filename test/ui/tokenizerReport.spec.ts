// The page of a tokenizer report, in a real window with the built-in models.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';
import { seriousFindings } from './axe';

export const windows: SharedWindow[] = [
  {
    specs: [
      aReportOpensPlacesAndRunsAgain,
      aReportComparesTwoTokenizers,
      aReportIsExported,
      aTokenizerIsTrainedAndCompared,
      // Its setting of the machine stays.
      passagesAreMarkedAndJudged,
    ],
  },
];

const THEMES = ['light', 'dark', 'hc-dark'] as const;

/** One list follows the other, so that the widget is never gone. */
async function pickEach(ui: Workbench, rows: readonly string[]) {
  for (const text of rows)
    await ui.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
}

/** All questions but the slow ones, as the list proposes. */
async function acceptQuestions(ui: Workbench) {
  await ui.page
    .locator('.quick-input-list .monaco-list-row', { hasText: 'Vocabulary' })
    .first()
    .waitFor();
  await ui.page.keyboard.press('Enter');
}

/** Of all questions these alone. */
async function chooseQuestions(ui: Workbench, titles: readonly string[]) {
  await ui.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  const all = ui.page.getByRole('checkbox', { name: 'Toggle all checkboxes' });
  // Some are proposed: the first click takes all of them, the second none.
  await all.click();
  await all.click();
  for (const title of titles) {
    // Those on the screen alone are there.
    await input(ui).fill(title);
    await pickEach(ui, [title]);
  }
  await ui.page.keyboard.press('Enter');
}

/** The table under a heading. */
const tableUnder = (ui: Workbench, title: string) =>
  ui.webview().getByRole('table', { name: title });

export async function aReportOpensPlacesAndRunsAgain(ui: Workbench) {
  ui.writeFile('short.md', 'one two three\n');
  ui.writeFile('long.md', 'Internationalisierung '.repeat(40));
  await ui.openFile('short.md');
  await ui.runCommand('Tokenscope: Tokenizer Report…');
  await pickEach(ui, ['folder of the workspace', 'coder']);
  await chooseQuestions(ui, ['Size', 'Numbers']);
  await ui.page.locator('.tab.active', { hasText: 'Tokenizer report of' }).waitFor();
  const files = tableUnder(ui, 'Files with the most tokens for their length');
  const first = files.locator('tbody tr').first();
  await first.waitFor();
  // Sorted by their names, from the first.
  await files.getByRole('button', { name: 'File' }).click();
  const names = await files.locator('tbody td:first-child').allInnerTexts();
  assert.deepEqual(
    names,
    [...names].sort((a, b) => a.localeCompare(b)),
  );
  await files.getByRole('button', { name: 'Tokens' }).click();
  const counts = await files.locator('tbody td:nth-child(2)').allInnerTexts();
  const numbers = counts.map(text => Number(text.replaceAll(',', '')));
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => b - a),
  );
  assert.equal(await ui.webview().locator('h2').count(), 2);
  for (const theme of THEMES) {
    await ui.setTheme(theme);
    assert.deepEqual(await seriousFindings(ui), []);
  }
  await files.getByRole('button', { name: 'long.md' }).click();
  await ui.page.locator('.tab.active', { hasText: 'long.md' }).waitFor();
  // The tab is there before the keyboard is in its editor.
  await ui.page.locator('.editor-instance .monaco-editor.focused').waitFor();
  await ui.page.keyboard.press('Control+A');
  await ui.page.keyboard.type('short');
  await ui.page.locator('.tab', { hasText: 'Tokenizer report of' }).click();
  await ui.runCommand('Tokenscope: Run Tokenizer Report Again');
  await ui.until(
    async () =>
      (await files.locator('tbody tr', { hasText: 'long.md' }).innerText()).split(/\s+/)[1],
    tokens => Number(tokens) < 4,
  );
}

export async function aReportComparesTwoTokenizers(ui: Workbench) {
  ui.writeFile('short.md', 'one two three\n');
  await ui.openFile('short.md');
  await ui.runCommand('Tokenscope: Tokenizer Report…');
  await pickEach(ui, ['Open file', 'and another tokenizer', 'stories260K']);
  await acceptQuestions(ui);
  const kinds = tableUnder(ui, 'By kind of file');
  await kinds.getByRole('columnheader', { name: 'Ratio' }).waitFor();
  for (const theme of THEMES) {
    await ui.setTheme(theme);
    await ui.screenshot(`compared-${theme}`);
  }
}

const input = (ui: Workbench) => ui.page.locator('.quick-input-widget .quick-input-box input');

/** Accepts the place that a dialog proposes for a file; answers its content once it is written, to `end`. */
async function savedAs(ui: Workbench, name: string, end: RegExp): Promise<string> {
  await ui.until(
    () => input(ui).inputValue(),
    value => value.endsWith(name),
  );
  await ui.page.keyboard.press('Enter');
  await ui.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  const path = join(ui.folder, name);
  return ui.until(
    () => (existsSync(path) ? readFileSync(path, 'utf8') : ''),
    text => end.test(text),
  );
}

export async function aReportIsExported(ui: Workbench) {
  ui.writeFile('short.md', 'one two three\n');
  await ui.openFile('short.md');
  await ui.runCommand('Tokenscope: Tokenizer Report…');
  await pickEach(ui, ['Open file', 'coder']);
  await acceptQuestions(ui);
  await tableUnder(ui, 'By kind of file').waitFor();
  for (const [format, ending, content, end] of [
    ['HTML', 'html', /^<!doctype html>[^]*short\.md[^]*<\/html>\s*$/, /<\/html>\s*$/],
    ['JSON', 'json', /^\{"tokenizers":\[\{"name":"coder"/, /\}\s*$/],
    ['CSV', 'csv', /^Size,By kind of file\r\nFiles,Tokens/, /\r\n$/],
  ] as const) {
    await ui.runCommand('Tokenscope: Export Tokenizer Report…');
    await ui.page.locator('.quick-input-list .monaco-list-row', { hasText: format }).click();
    assert.match(await savedAs(ui, `tokenizer-report.${ending}`, end), content);
  }
}

export async function aTokenizerIsTrainedAndCompared(ui: Workbench) {
  ui.writeFile('words.md', 'alpha beta gamma\n'.repeat(100));
  await ui.openFile('words.md');
  await ui.runCommand('Tokenscope: Train a Tokenizer…');
  await pickEach(ui, ['Open file']);
  await ui.page.locator('.quick-input-title', { hasText: 'train a tokenizer' }).waitFor();
  await input(ui).fill('100');
  await ui.page.locator('.quick-input-message', { hasText: 'from 257' }).waitFor();
  await input(ui).fill('300');
  await ui.page.keyboard.press('Enter');
  const written = await savedAs(ui, 'tokenizer.json', /\}\s*$/);
  const { model } = JSON.parse(written) as { model: { vocab: Record<string, number> } };
  assert.ok('Ġgamma' in model.vocab);
  const message = ui.page.locator('.notification-list-item', { hasText: 'Trained' });
  await message.waitFor();
  await ui.screenshot('trained');
  await message.getByRole('button', { name: 'Compare with Tokenizer or Model' }).click();
  await ui.page.locator('.quick-input-list .monaco-list-row', { hasText: 'stories260K' }).waitFor();
  await ui.page.keyboard.press('Escape');
}

export async function passagesAreMarkedAndJudged(ui: Workbench) {
  ui.writeFile('answers.md', 'The cat is black.\nThe dog is brown.\n');
  await ui.openFile('answers.md');
  await ui.goTo(2, 1);
  await ui.page.keyboard.press('Shift+End');
  await ui.runCommand('Tokenscope: Mark Selected Passages for a Question…');
  await input(ui).fill('Which colour has the dog?');
  await ui.page.keyboard.press('Enter');
  const line = await savedAs(ui, 'passages.jsonl', /\n$/);
  assert.deepEqual(JSON.parse(line), {
    question: 'Which colour has the dog?',
    path: 'answers.md',
    references: [{ start: 18, end: 35 }],
  });
  await ui.page.locator('.notification-list-item', { hasText: 'Added the passages' }).waitFor();
  await ui.runCommand('Tokenscope: Tokenizer Report…');
  await pickEach(ui, ['Open file', 'coder']);
  await chooseQuestions(ui, ['Chunks for retrieval']);
  await tableUnder(ui, 'By question').getByRole('button', { name: 'Which colour' }).click();
  await ui.page.locator('.tab.active', { hasText: 'answers.md' }).waitFor();
}
