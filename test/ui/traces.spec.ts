// Reasoning traces as a person meets them, in a real window with the built-in reasoning model.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workbench } from '../host/workbench.mjs';

const FILE = 'traces.jsonl';
const TEXT = readFileSync(join(import.meta.dirname, '../../samples', FILE), 'utf8');

async function openTraces(ui: Workbench): Promise<void> {
  ui.writeFile(FILE, TEXT);
  await ui.openFile(FILE);
  await ui.runCommand('Tokenscope: Open Reasoning Traces...');
  await ui.page.locator('.tab.active', { hasText: 'reasoner_sampled.trace' }).waitFor();
  await ui.page.locator('.view-lines', { hasText: 'step 1' }).waitFor();
}

const lineIs = (ui: Workbench, line: number) =>
  ui.statusItem(new RegExp(`^Ln ${line}, Col`)).waitFor();

export async function aTraceOpensInStepsAndItsFileIsLeftAlone(ui: Workbench) {
  await openTraces(ui);
  const tree = ui.page.locator('.monaco-list-row', { hasText: 'line 4, reasoner_greedy' });
  await tree.waitFor();
  await ui.page.locator('.view-lines').first().click();
  await ui.goTo(1, 1);
  await ui.runCommand('Tokenscope: Go to Next Step');
  await lineIs(ui, 2);
  await ui.runCommand('Tokenscope: Go to Next Step');
  await lineIs(ui, 3);
  await tree.click();
  await ui.page.locator('.tab.active', { hasText: 'line 4, reasoner_greedy.trace' }).waitFor();
  await ui.screenshot('trace');
  assert.equal(readFileSync(join(ui.folder, FILE), 'utf8'), TEXT);
}

export async function rolloutsFindTheCriticalTokenAndAnotherTokenLeadsElsewhere(ui: Workbench) {
  await ui.runCommand('Tokenscope: Choose Model or Tokenizer...');
  await ui.pick('reasoner');
  await openTraces(ui);
  await ui.page.locator('.view-lines').first().click();
  await ui.runCommand('Tokenscope: Roll Out This Trace...');
  await ui.pick('Find the falls');
  const told = ui.page.locator('.notification-list-item', { hasText: 'the critical token is' });
  await told.waitFor({ timeout: 120_000 });
  await ui.page.locator('.view-lines', { hasText: 'p(success)' }).waitFor();
  await ui.page.keyboard.press('Escape');
  await ui.page.locator('.view-lines').first().click();
  await ui.goTo(1, 1);
  await ui.page.keyboard.press('F8');
  await lineIs(ui, 4);
  await ui.screenshot('critical');
  await ui.runCommand('Tokenscope: What If Another Token Stood Here...');
  await ui.page.locator('.quick-input-list .monaco-list-row').first().click();
  await ui.page.locator('.tab.active', { hasText: 'What if' }).waitFor({ timeout: 60_000 });
  await ui.page.locator('.modified-in-monaco-diff-editor .view-lines').first().waitFor();
  await ui.screenshot('what if');
}

export async function aFileWithoutATraceSaysSo(ui: Workbench) {
  ui.writeFile('none.json', '{"a": 1}');
  await ui.openFile('none.json');
  await ui.runCommand('Tokenscope: Open Reasoning Traces...');
  const words = 'none.json holds no reasoning trace';
  await ui.page.locator('.notification-list-item', { hasText: words }).waitFor();
}
