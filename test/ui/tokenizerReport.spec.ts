// The page of a tokenizer report, in a real window with the built-in models.
import assert from 'node:assert/strict';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';
import { seriousFindings } from './axe';

export const windows: SharedWindow[] = [
  { specs: [aReportOpensPlacesAndRunsAgain, aReportComparesTwoTokenizers] },
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

/** The table under a heading. */
const tableUnder = (ui: Workbench, title: string) =>
  ui.webview().getByRole('table', { name: title });

export async function aReportOpensPlacesAndRunsAgain(ui: Workbench) {
  ui.writeFile('short.md', 'one two three\n');
  ui.writeFile('long.md', 'Internationalisierung '.repeat(40));
  await ui.openFile('short.md');
  await ui.runCommand('Tokenscope: Tokenizer Report…');
  await pickEach(ui, ['folder of the workspace', 'coder']);
  await acceptQuestions(ui);
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
  for (const theme of THEMES) {
    await ui.setTheme(theme);
    await ui.screenshot(`report-${theme}`);
    assert.deepEqual(await seriousFindings(ui), []);
  }
  await files.getByRole('button', { name: 'long.md' }).click();
  await ui.page.locator('.tab.active', { hasText: 'long.md' }).waitFor();
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
