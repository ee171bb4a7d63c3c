// The inspector as somebody without a mouse uses it, and as axe-core judges it, in a real window.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';
import { seriousFindings } from './axe';

export const windows: SharedWindow[] = [
  {
    specs: [
      theTokenTabShowsTheNumberOfTheLens,
      theSplitTabShowsMergesAndFollowsWhatIsTyped,
      theNextByteFollowsTheCursorOrSaysWhyNot,
      axeFindsNothingSeriousInTheInspector,
      // It leaves a window that is small.
      nothingIsCutOffInASmallWindow,
    ],
  },
  {
    specs: [twoTokenizersAreShownSideBySide],
    open: ui => ui.open({ 'tokenscope.compare.tokenizer': writeFewerMerges(ui) }),
  },
];

const CODE = `export function words(text: string): string[] {
  const found = text.split(' ');
  return found.filter(word => word.length > 0);
}
`;

/** Opens the code with the overlay on and the cursor on `filter`; the keyboard is in the inspector's page then. */
async function openInspector(ui: Workbench, code = CODE): Promise<void> {
  ui.writeFile('words.ts', code);
  await ui.openFile('words.ts');
  await command(ui, 'Tokenscope: Toggle Overlay');
  await ui.statusItem(/Surprisal · \d+ tokens$/).waitFor();
  await ui.goTo(3, 18);
  await goToInspector(ui);
  // The page opens with the tab that it had.
  const first = ui.webview().locator('[role=tab][aria-selected=true]', { hasText: 'token' });
  if ((await first.count()) === 0) await openTab(ui, 'token');
  await ui.webview().locator('dd code', { hasText: 'filter' }).first().waitFor();
}

async function goToInspector(ui: Workbench): Promise<void> {
  await command(ui, 'Tokenscope: Open Inspector');
  const page = ui.webview().locator('body');
  await page.locator('main > *').first().waitFor();
  await ui.until(
    () => page.evaluate(() => document.hasFocus()),
    hasFocus => hasFocus,
  );
}

/** Runs a command by the keyboard alone. */
async function command(ui: Workbench, title: string): Promise<void> {
  await ui.quickInput('F1', `>${title}`);
  await ui.page.locator('.quick-input-list .focused', { hasText: title }).waitFor();
  await ui.page.keyboard.press('Enter');
  await ui.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

/** Presses a key that moves the focus, and waits until it has moved; a second for keys that do not. */
async function moveFocus(ui: Workbench, key: string): Promise<void> {
  const body = ui.webview().locator('body');
  const before = await body.evaluate(countMoves);
  await ui.page.keyboard.press(key);
  const deadline = performance.now() + 1000;
  while (performance.now() < deadline && (await body.evaluate(countMoves)) === before);
}

/** Runs in the page. How often the focus has moved there. */
function countMoves(): number {
  const page = globalThis as typeof globalThis & { focusMoves?: number };
  if (page.focusMoves === undefined) {
    page.focusMoves = 0;
    for (const event of ['focusin', 'focusout'])
      page.addEventListener(event, () => page.focusMoves!++);
  }
  return page.focusMoves;
}

/** Presses Tab until the focus is on what a selector names. */
async function tabTo(ui: Workbench, selector: string): Promise<void> {
  const focused = ui.webview().locator(':focus').and(ui.webview().locator(selector));
  for (let presses = 0; presses < 12; presses++) {
    if ((await focused.count()) > 0) return;
    await moveFocus(ui, 'Tab');
  }
  assert.fail(`Tab does not reach ${selector}`);
}

/** Waits until the focus is on a token with this text. */
const isFocused = (ui: Workbench, text: RegExp) =>
  ui.webview().locator('[data-token]:focus').filter({ hasText: text }).waitFor();

/** Chooses a tab from wherever the focus is before it. */
async function openTab(ui: Workbench, title: string): Promise<void> {
  await tabTo(ui, '[role=tab]');
  const focused = ui.webview().locator('[role=tab]:focus');
  for (let presses = 0; (await focused.innerText()).toLowerCase() !== title; presses++) {
    assert.ok(presses < 8, `no tab ${title}`);
    await moveFocus(ui, 'ArrowRight');
  }
  await ui.page.keyboard.press('Enter');
  await ui.webview().locator('[role=tab][aria-selected=true]', { hasText: title }).waitFor();
  await ui.webview().locator('vscode-tab-panel:not([hidden]) > *').first().waitFor();
}

export async function theInspectorNeedsNoMouse(ui: Workbench) {
  await openInspector(ui);
  const page = ui.webview();

  await openTab(ui, 'text');
  await tabTo(ui, '[role=option]');
  // Tab leads to the token at the cursor.
  await isFocused(ui, /filter/);
  await ui.page.keyboard.press('Home');
  await isFocused(ui, /^\s*export\s*$/);
  await ui.page.keyboard.press('ArrowRight');
  await isFocused(ui, /^\s*·function\s*$/);
  await ui.page.keyboard.press('Space');
  await ui.statusItem(/Ln 1, Col 7 \(9 selected\)/).waitFor();
  await page.locator('[role=option][aria-selected=true]', { hasText: '·function' }).waitFor();
  // Space leaves the keyboard where it is.
  await isFocused(ui, /^\s*·function\s*$/);
  await ui.page.keyboard.press('ArrowDown');
  await page.locator('.line:has(:focus) .lineNumber', { hasText: /^2$/ }).waitFor();
  await ui.page.keyboard.press('Enter');
  await ui.statusItem(/Ln 2, Col \d+ \(\d+ selected\)/).waitFor();
  await ui.page.locator('.editor-instance .monaco-editor.focused').waitFor();

  await goToInspector(ui);
  await openTab(ui, 'table');
  await tabTo(ui, 'th:has-text("rank") button');
  await ui.page.keyboard.press('Enter');
  const descending = page.locator('th[aria-sort=descending]', { hasText: 'rank' });
  await descending.waitFor();
  await page.locator('[role=status]', { hasText: 'Sorted by rank, descending' }).waitFor();
  const heads = await page.locator('thead th').allInnerTexts();
  const column = heads.findIndex(head => head.includes('rank')) + 1;
  assert.ok(column > 0, heads.join());
  const ranks = await page.locator(`tbody td:nth-child(${column})`).allInnerTexts();
  const numbers = ranks.map(Number);
  assert.ok(numbers.filter(Number.isFinite).length > 5, ranks.join());
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => b - a),
  );
  await tabTo(ui, 'tr[data-token]');
  await ui.page.keyboard.press('End');
  await ui.page.keyboard.press('Space');
  const last = page.locator('tbody tr:last-child[aria-selected=true]');
  await last.waitFor();
  await ui.screenshot('inspector-keyboard');

  const loaded = ui.page.waitForEvent('load');
  await command(ui, 'Developer: Reload Window');
  await loaded;
  await descending.waitFor();
  await last.waitFor();
}

export async function theTokenTabShowsTheNumberOfTheLens(ui: Workbench) {
  await openInspector(ui);
  const page = ui.webview();
  const names = async () => (await page.locator('dt').allInnerTexts()).slice(4);
  assert.deepEqual(await names(), ['probability', 'surprisal', 'rank', 'entropy', 'context']);
  await ui.runCommand('Tokenscope: Choose Lens…');
  await ui.pick('Varentropy');
  await page.locator('dt', { hasText: 'varentropy' }).waitFor();
  assert.match(await page.locator('dt:text("varentropy") + dd').innerText(), /^\d+\.\d\d bits²$/);
  assert.equal((await names())[0], 'varentropy');
}

export async function theSplitTabShowsMergesAndFollowsWhatIsTyped(ui: Workbench) {
  await openInspector(ui);
  const page = ui.webview();
  await openTab(ui, 'split');
  await page.locator('.ladder tbody tr').nth(2).waitFor();
  const ranks = await page.locator('.ladder tbody td:nth-child(3)').allInnerTexts();
  assert.equal(ranks[0], '');
  for (const rank of ranks.slice(1)) assert.match(rank, /^\d+$/);
  const last = await page.locator('.ladder tbody tr:last-child code').allInnerTexts();
  assert.equal(last.slice(2).join(''), '.filter'.slice(-last.slice(2).join('').length));
  await tabTo(ui, 'input[type=text]');
  await ui.page.keyboard.type('ed');
  const yours = page.locator('tr', { hasText: 'yours' });
  await yours.locator('th code', { hasText: 'ed' }).waitFor();
  await page.locator('input:focus').waitFor();
  const tokens = await yours.locator('.pieces code').allInnerTexts();
  assert.ok(tokens.join('').endsWith('filtered'), tokens.join('|'));
  await ui.screenshot('inspector-split-typed');
}

/** A tokenizer with few of the built-in one's merges, as a file of the workspace. */
function writeFewerMerges(ui: Workbench): string {
  const json = JSON.parse(readFileSync('models/coder/tokenizer.json', 'utf8'));
  json.model.merges = json.model.merges.slice(0, 200);
  ui.writeFile('fewer/tokenizer.json', JSON.stringify(json));
  return join(ui.folder, 'fewer/tokenizer.json');
}

export async function twoTokenizersAreShownSideBySide(ui: Workbench) {
  ui.writeFile('words.ts', CODE);
  await ui.openFile('words.ts');
  await ui.runCommand('Tokenscope: Choose Lens…');
  await ui.pick('Tokens');
  await ui.statusItem(/Tokens · \d+ tokens · fewer: \d+ tokens$/).waitFor();
  const borders = async () =>
    new Set((await ui.backgrounds()).map(({ borderBottom }) => borderBottom.split(' rgb')[0]));
  await ui.until(
    async () => [...(await borders())],
    found => found.includes('3px dotted') && found.includes('3px solid'),
  );
  await goToInspector(ui);
  await openTab(ui, 'compare');
  const page = ui.webview();
  await page.getByText('ranges are split differently').waitFor();
  const counts = await page.locator('.comparison tbody td:nth-child(2)').allInnerTexts();
  assert.ok(Number(counts[1]) > Number(counts[0]), counts.join());
  await tabTo(ui, 'tr[data-token]');
  await ui.page.keyboard.press('ArrowDown');
  await ui.page.keyboard.press('Space');
  await ui.statusItem(/\d+ of \d+ tokens · fewer: \d+ of \d+ tokens$/).waitFor();
  await page.locator('caption', { hasText: 'Selection' }).waitFor();
  for (const theme of ['light', 'dark', 'hc-dark', 'hc-light'] as const) {
    await ui.setTheme(theme);
    await ui.screenshot(`inspector-compare-${theme}`);
    assert.deepEqual(await seriousFindings(ui), [], theme);
  }
}

export async function axeFindsNothingSeriousInTheInspector(ui: Workbench) {
  await openInspector(ui);
  const page = ui.webview();
  for (const theme of ['light', 'dark', 'hc-dark', 'hc-light'] as const) {
    await ui.setTheme(theme);
    for (const title of ['Token', 'Text', 'Table', 'Split', 'Next byte', 'Layers']) {
      await page.getByRole('tab', { name: title }).click();
      await page.locator('vscode-tab-panel:not([hidden]) code, .chip').first().waitFor();
      await ui.screenshot(`inspector-${title.toLowerCase().replace(' ', '-')}-${theme}`);
      assert.deepEqual(await seriousFindings(ui), [], `${title}, ${theme}`);
    }
  }
  await page.getByRole('tab', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Compare with a Tokenizer' }).waitFor();
  assert.deepEqual(await seriousFindings(ui), [], 'no second tokenizer');
  await ui.runCommand('Tokenscope: Toggle Overlay');
  await page.getByText('The overlay is off').waitFor();
  assert.deepEqual(await seriousFindings(ui), [], 'off');
}

export async function nothingIsCutOffInASmallWindow(ui: Workbench) {
  await openInspector(ui);
  await ui.page.setViewportSize({ width: 800, height: 600 });
  const page = ui.webview();
  const frame = page.locator('html');
  for (const theme of ['light', 'dark', 'hc-dark'] as const) {
    await ui.setTheme(theme);
    for (const title of ['Token', 'Table', 'Next byte', 'Layers', 'Features', 'Rollouts']) {
      await page.getByRole('tab', { name: title }).click();
      await page.locator('vscode-tab-panel:not([hidden]) > *').first().waitFor();
      const width = await frame.evaluate(root => root.clientWidth);
      const headers = await page
        .locator('[role=tab], .addons vscode-button')
        .evaluateAll(elements =>
          elements.map(element => {
            const { left, right, top } = element.getBoundingClientRect();
            return { left, right, top, text: element.textContent };
          }),
        );
      assert.equal(headers.length, 10, 'nine tabs, and the lens');
      for (const box of headers) {
        assert.ok(
          box.left >= 0 && box.right <= width && box.top >= 0,
          JSON.stringify({ box, width }),
        );
      }
      const overflow = await frame.evaluate(root => root.scrollWidth - root.clientWidth);
      assert.equal(overflow, 0, `${title} is as wide as the page`);
      await ui.screenshot(`small-${title.toLowerCase().replace(' ', '-')}-${theme}`);
    }
  }
}

/** The rows of the next byte's table: what comes, and its exact and naive probabilities in words. */
async function nextBytes(ui: Workbench): Promise<string[][]> {
  const rows = await ui.webview().locator('.odds tbody tr').all();
  return Promise.all(rows.map(row => row.locator('th, td').allInnerTexts()));
}

export async function theNextByteFollowsTheCursorOrSaysWhyNot(ui: Workbench) {
  await openInspector(ui, `${CODE}${'x'.repeat(1500)}\n`);
  const page = ui.webview();
  await openTab(ui, 'next byte');
  const at = (line: number, column: number) =>
    page.locator('h2', { hasText: `line ${line}, column ${column}` });
  await at(3, 18).waitFor();
  await page.locator('.badge', { hasText: 'exact, e2' }).waitFor();
  const rows = await nextBytes(ui);
  assert.deepEqual(
    rows.slice(-4).map(([name]) => name),
    ['other bytes', 'end of text', 'leak', 'untested'],
  );
  const percent = (cells: string[]) => Number.parseFloat(cells[3]!);
  const sum = rows.reduce((total, cells) => total + percent(cells), 0);
  assert.ok(Math.abs(sum - 100) < 0.5, `all adds up to ${sum} %`);
  // After `found.fil` the exact estimate knows the word, which is one token.
  await ui.page.locator('.view-line').first().click();
  await ui.goTo(3, 19);
  await at(3, 19).waitFor();
  const [first] = await nextBytes(ui);
  assert.equal(first![0], 't');
  assert.ok(percent(first!) > 50 && Number.parseFloat(first![4]!) < percent(first!));
  assert.ok((await page.locator('.coverTree .arc').count()) > 0);
  assert.match(await page.locator('.healed').innerText(), /fil$/);
  await ui.screenshot('next-byte');

  // Places that the cursor only passes by are not shown.
  for (const column of [5, 7, 9]) await ui.goTo(2, column);
  await at(2, 9).waitFor();
  await ui.goTo(5, 1400);
  await page.locator('.badge', { hasText: 'not exact' }).waitFor();
  await page.getByText('contain no two certain token boundaries').waitFor();
  assert.equal(await page.locator('.odds').count(), 0);
  assert.deepEqual(await seriousFindings(ui), [], 'refused');
}
