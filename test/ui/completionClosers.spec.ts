// Completions where VS Code closes brackets and quotes by itself, as it does by default: what is accepted leaves the file
// balanced.
import assert from 'node:assert/strict';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';
import { isScriptBalanced } from '../support/scriptBalance';
import { ghost, logged, open, openAtLine, savedText, turnCompletionsOn } from './ghostText';

export const windows: SharedWindow[] = [
  {
    open,
    specs: [
      whatTheEditorClosesIsNotWrittenAgain,
      aBraceThatTheEditorClosedStaysInItsLine,
      aTagThatTheEditorClosedIsNotClosedAgain,
    ],
  },
];

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

/** Types each in a file of its own, accepts what is suggested, and compares the file. */
async function typeAndAccept(ui: Workbench, all: readonly string[]): Promise<void> {
  await turnCompletionsOn(ui);
  for (const [i, typed] of all.entries()) {
    const file = `closed${i}.ts`;
    ui.writeFile(file, BEFORE + AFTER);
    await openAtLine(ui, file, LINE);
    await ui.page.keyboard.type(typed);
    await ghost(ui).first().waitFor();
    await ui.screenshot(`completion-${file}`);
    const closed = await savedText(ui, file, text => text !== BEFORE + AFTER);
    assert.ok(isScriptBalanced(closed), `VS Code closes ${typed}: ${closed}`);
    await ui.page.keyboard.press('Tab');
    const text = await savedText(ui, file, text => text !== closed);
    assert.ok(text.startsWith(BEFORE + typed) && text.endsWith(AFTER), text);
    assert.ok(isScriptBalanced(text), `${typed} was completed to ${text}`);
  }
}

export async function whatTheEditorClosesIsNotWrittenAgain(ui: Workbench) {
  const parentheses = ['  if (', '  console.log('];
  const quotes = ['  const name = "', '  const line = `'];
  await typeAndAccept(ui, [...parentheses, ...quotes, '  const last = texts[']);
}

/** A suggestion there has no line break, so that there may be none. */
export async function aBraceThatTheEditorClosedStaysInItsLine(ui: Workbench) {
  await turnCompletionsOn(ui);
  ui.writeFile('brace.ts', BEFORE + AFTER);
  await openAtLine(ui, 'brace.ts', LINE);
  await ui.page.keyboard.type('  const counts = {');
  await logged(ui, /brace\.ts:\d+:1[1-9] (?:"|nothing)/);
  if ((await ghost(ui).count()) > 0) await ui.page.keyboard.press('Tab');
  const text = await savedText(ui, 'brace.ts', found => found !== BEFORE + AFTER);
  assert.ok(text.startsWith(`${BEFORE}  const counts = {`) && text.endsWith(`}${AFTER}`), text);
  assert.ok(isScriptBalanced(text), text);
}

const PAGE = '<ul>\n  <li>one</li>\n  \n</ul>\n';

/** The extension of HTML closes a tag a moment after it was typed; a suggestion there may be none. */
export async function aTagThatTheEditorClosedIsNotClosedAgain(ui: Workbench) {
  await turnCompletionsOn(ui);
  ui.writeFile('list.html', PAGE);
  await ui.openFile('list.html');
  await ui.goTo(3, 3);
  // Until the server of the extension has started, nothing is closed.
  await ui.until(
    async () => {
      await ui.page.keyboard.type('<div>', { delay: 50 });
      const closed = ui.page.locator('.view-line', { hasText: '<div></div>' });
      const isClosed = await closed.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
      for (let i = 0; i < '<div>'.length && !isClosed; i++)
        await ui.page.keyboard.press('Backspace');
      return isClosed;
    },
    isClosed => isClosed,
  );
  await logged(ui, /list\.html:3:8 (?:"|nothing)/);
  await ui.screenshot('completion-tag');
  if ((await ghost(ui).count()) > 0) await ui.page.keyboard.press('Tab');
  const text = await savedText(ui, 'list.html', found => found.includes('</div>'));
  assert.ok(text.startsWith('<ul>\n  <li>one</li>\n  <div>') && text.endsWith('\n</ul>\n'), text);
  assert.equal(text.split('</div>').length, text.split('<div').length, text);
}
