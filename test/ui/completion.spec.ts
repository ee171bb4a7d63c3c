// What a person sees of completions, in a real window with the built-in model.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';
import { ghost, ghostText, turnCompletionsOn } from './ghostText';

export const windows: SharedWindow[] = [
  {
    specs: [
      // Completions are off until it turns them on.
      aCompletionInsideAWordIsAcceptedWithTabAndUndoneInOneStep,
      completionsAreQuietWhileIntelliSenseIsOpen,
    ],
  },
];

const FILE = 'average.ts';
const CODE = `export function wordCount(text: string): number {
  return text.split(' ').length;
}

export function average(texts: string[]): number {
  let total = 0;
  for (const text of texts) total += word
  return total / texts.length;
}
`;
const LINE = 7;
const COLUMN = CODE.split('\n')[LINE - 1]!.length + 1;

/** Saves until the line on disk is this. */
async function lineIs(ui: Workbench, expected: string): Promise<void> {
  const path = join(ui.folder, FILE);
  await ui.until(
    async () => {
      await ui.page.keyboard.press('Control+S');
      return readFileSync(path, 'utf8').split('\n')[LINE - 1];
    },
    line => line === expected,
  );
}

export async function aCompletionInsideAWordIsAcceptedWithTabAndUndoneInOneStep(ui: Workbench) {
  ui.writeFile(FILE, CODE);
  // Suggestions of words would be on top, and completions quiet.
  await ui.setSettings({ 'editor.quickSuggestions': { other: 'off' } });
  await ui.openFile(FILE);
  await ui.goTo(LINE, COLUMN);
  await ui.page.keyboard.type('C');
  await lineIs(ui, '  for (const text of texts) total += wordC');
  assert.equal(await ghost(ui).count(), 0, 'off until it is turned on');

  await ui.runCommand('Tokenscope: Toggle Completions');
  await ui.statusItem('Completions are on').waitFor();
  assert.match(await ghostText(ui), /^ount/);
  await ui.page.keyboard.press('Backspace');
  await ui.page.keyboard.type('C');
  const text = await ghostText(ui);
  assert.match(text, /^ount/);
  await ui.screenshot('completion');
  await ui.page.keyboard.press('Tab');
  await ghost(ui).first().waitFor({ state: 'hidden' });
  await lineIs(ui, `  for (const text of texts) total += wordC${text}`);
  await ui.page.keyboard.press('Control+Z');
  await lineIs(ui, '  for (const text of texts) total += wordC');
  assert.deepEqual(await ui.notifications(), []);

  await ui.runCommand('Tokenscope: Explain the Last Completion');
  await ui.page.locator('.tab.active[data-resource-name="last completion.txt"]').waitFor();
  const lines = await ui.page.locator('.editor-instance .view-line').allTextContents();
  const page = lines.join('\n').replaceAll('\u00a0', ' ');
  assert.match(page, /total \+= wordC⟦ount/);
  assert.match(page, /rolled back/);
}

export async function completionsAreQuietWhileIntelliSenseIsOpen(ui: Workbench) {
  ui.writeFile(FILE, CODE);
  await ui.setSettings({ 'editor.wordBasedSuggestions': 'currentDocument' });
  await ui.openFile(FILE);
  await ui.goTo(1);
  await turnCompletionsOn(ui);
  await ui.goTo(LINE, COLUMN);
  await ui.page.keyboard.type('C');
  // The list is empty until the editor has read the words of the document.
  const entry = ui.page.locator('.suggest-widget.visible .monaco-list-row').first();
  for (let tries = 0; tries < 10 && !(await entry.isVisible()); tries++) {
    await ui.page.keyboard.press('Escape');
    await ui.runCommand('Trigger Suggest');
    await entry.waitFor({ timeout: 3000 }).catch(() => {});
  }
  await entry.waitFor();
  await ui.page.keyboard.type('o');
  const quiet = `${FILE}:${LINE}:${COLUMN + 2} nothing: IntelliSense is open`;
  await ui.until(
    () => ui.extensionLog(),
    log => log.includes(quiet),
  );
  assert.equal(await ghost(ui).count(), 0);
  await ui.page.keyboard.press('Escape');
  await ui.runCommand('Trigger Inline Suggestion');
  assert.match(await ghostText(ui), /^unt/);
}
