// Completions where VS Code closes brackets and quotes by itself, as it does by default: what is accepted leaves the file
// balanced.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workbench } from '../host/workbench.mjs';
import { isScriptBalanced } from '../support/scriptBalance';

const BEFORE = `export function wordCount(text: string): number {
  return text.split(' ').length;
}

export function average(texts: string[]): number {
  let total = 0;
  for (const text of texts) total += wordCount(text);
`;
const AFTER = `
  return total / texts.length;
}
`;
const LINE = BEFORE.split('\n').length;

/** Further lines are drawn outside the lines of the text, and the replaced text is hidden. */
const ghost = (ui: Workbench) =>
  ui.page.locator('.editor-instance [class*="ghost-text"]:not(.ghost-text-hidden)');

const saved = (ui: Workbench, name: string) => readFileSync(join(ui.folder, name), 'utf8');

/** Saves until the file has other text than `before`. */
async function savedAfter(ui: Workbench, name: string, before: string): Promise<string> {
  return ui.until(
    async () => {
      await ui.page.keyboard.press('Control+S');
      return saved(ui, name);
    },
    text => text !== before,
  );
}

/** Types each in a file of its own, accepts what is suggested, and compares the file. */
async function typeAndAccept(ui: Workbench, all: readonly string[], name: string): Promise<void> {
  ui.setSettings({
    'editor.wordBasedSuggestions': 'off',
    'tokenscope.completion.minProbability': 0.02,
    'tokenscope.completion.maxTime': 20_000,
  });
  await ui.runCommand('Tokenscope: Toggle Completions');
  await ui.statusItem('Completions are on').waitFor();
  for (const [i, typed] of all.entries()) {
    const file = `${name}${i}.ts`;
    ui.writeFile(file, BEFORE + AFTER);
    await ui.openFile(file);
    await ui.goTo(LINE);
    await ui.page.keyboard.type(typed);
    const closed = await savedAfter(ui, file, BEFORE + AFTER);
    assert.ok(isScriptBalanced(closed), `VS Code closes ${typed}: ${closed}`);
    await ghost(ui).first().waitFor();
    await ui.screenshot(`completion-${file}`);
    await ui.page.keyboard.press('Tab');
    const text = await savedAfter(ui, file, closed);
    assert.ok(text.startsWith(BEFORE + typed) && text.endsWith(AFTER), text);
    assert.ok(isScriptBalanced(text), `${typed} was completed to ${text}`);
  }
}

export async function whatTheEditorClosesAfterAParenthesisIsNotWrittenAgain(ui: Workbench) {
  await typeAndAccept(ui, ['  if (', '  console.log('], 'parenthesis');
}

export async function whatTheEditorClosesAfterAQuoteIsNotWrittenAgain(ui: Workbench) {
  await typeAndAccept(ui, ['  const name = "', '  const line = `'], 'quote');
}

export async function whatTheEditorClosesAfterABracketIsNotWrittenAgain(ui: Workbench) {
  await typeAndAccept(ui, ['  const counts = {', '  const last = texts['], 'bracket');
}
