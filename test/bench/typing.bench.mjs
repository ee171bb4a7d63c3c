// A keystroke from end to end: from the key's event in a real window until the marks of the lens for what was typed are
// in the editor's line, beside an extension that marks what was typed and does nothing else.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../host/product.mjs';
import { windowsOn } from './windows.mjs';

/** @typedef {import('../host/workbench.mjs').Workbench} Workbench */

const KEYS = Number(process.env.TOKENSCOPE_KEYS ?? 100);
const BETWEEN_MS = 250;
/** Each begins a token or changes one, and surprises. */
const TYPED = 'zq kx(vj 7w;';
const MEGABYTES = [1, 10];
const LENSES = ['Tokens', 'Surprisal'];

export default { name: 'Typing in a window', run };

/** @typedef {{ text: number, marks: number }} Times ms from a key's event on; NaN for what did not come */

async function run() {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-typing-'));
  const folder = join(scratch, 'workspace');
  mkdirSync(folder);
  const source = readFileSync(join(repository, 'src/engine/models/model.ts'), 'utf8');
  for (const megabytes of MEGABYTES) {
    // As plain text, lest the language service of some language keep the machine busy.
    const text = source.repeat(Math.ceil((megabytes << 20) / source.length));
    for (const what of ['marked', 'inspected'])
      writeFileSync(join(folder, `${what}${megabytes}.txt`), text);
  }
  writeMarker(join(scratch, 'server/extensions/tokenscope.marker-0.0.1'));
  const { inWindow, close } = await windowsOn(folder, scratch);
  /** @type {ReturnType<typeof rowOf>[]} */
  const rows = [];
  try {
    for (const megabytes of MEGABYTES) {
      const marked = await inWindow(`marked${megabytes}.txt`, window =>
        timesOfTyping(window, megabytes),
      );
      await inWindow(`inspected${megabytes}.txt`, async window => {
        for (const lens of LENSES) {
          await window.runCommand('Tokenscope: Choose Lens…');
          await window.pick(lens);
          await window.statusItem(new RegExp(`${lens} · [\\d,]+ tokens`)).waitFor();
          const times = await timesOfTyping(window, megabytes);
          rows.push(
            rowOf(`a keystroke in ${megabytes} MB, ${lens.toLowerCase()} lens`, times, marked),
          );
        }
      });
    }
    return rows;
  } finally {
    await close();
  }
}

/**
 * Types into a new line in the middle of the text.
 * @param {Workbench} window
 * @param {number} megabytes
 * @returns {Promise<Times[]>}
 */
async function timesOfTyping(window, megabytes) {
  const { page } = window;
  await window.goTo(10_000 * megabytes, 1);
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowUp');
  await page.waitForTimeout(3000);
  await page.evaluate(watch);
  for (let key = 0; key < KEYS; key++) {
    await page.keyboard.type(TYPED[key % TYPED.length] ?? '');
    await page.waitForTimeout(BETWEEN_MS);
  }
  return page.evaluate(() => /** @type {any} */ (globalThis).stopWatching());
}

/**
 * Runs in the page, before the keys. Of each it notes when the line has the character, and when the line's marks
 * have last changed before the next key: what is typed has none until an extension marks it.
 */
function watch() {
  const lineAt = (/** @type {string} */ rows) => {
    const current = document.querySelector('.editor-instance .current-line');
    const top = current?.getBoundingClientRect().top ?? NaN;
    const all = [...document.querySelectorAll(`.editor-instance ${rows}`)];
    return all.find(row => Math.abs(row.getBoundingClientRect().top - top) < 2);
  };
  const now = () => {
    const marks = [...(lineAt('.view-overlays > div')?.querySelectorAll('[class*="ced-"]') ?? [])];
    const wide = marks.filter(mark => mark.getBoundingClientRect().width > 0);
    return {
      length: lineAt('.view-line')?.textContent?.length ?? 0,
      marks: wide.map(mark => `${mark.className} ${mark.getAttribute('style')}`).join(),
    };
  };
  /** @type {Times[]} */
  const typed = [];
  let pressed = 0;
  let before = now();
  const onKey = (/** @type {KeyboardEvent} */ { key }) => {
    if (key.length > 1) return;
    pressed = performance.now();
    before = now();
    typed.push({ text: NaN, marks: NaN });
  };
  addEventListener('keydown', onKey, { capture: true });
  const observer = new MutationObserver(() => {
    const last = typed.at(-1);
    if (!last) return;
    const { length, marks } = now();
    const ms = performance.now() - pressed;
    if (length > before.length && Number.isNaN(last.text)) last.text = ms;
    if (marks === before.marks) return;
    last.marks = ms;
    before.marks = marks;
  });
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  observer.observe(document.body, all);
  const stopWatching = () => {
    observer.disconnect();
    removeEventListener('keydown', onKey, { capture: true });
    return typed;
  };
  Object.assign(globalThis, { stopWatching });
}

/** @param {string} folder */
function writeMarker(folder) {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'marker', publisher: 'tokenscope', version: '0.0.1', main: './main.js' };
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ ...manifest, engines: { vscode: '^1.100.0' }, activationEvents: ['*'] }),
  );
  writeFileSync(
    join(folder, 'main.js'),
    `const { Range, window, workspace } = require('vscode');
    const marks = ['red', 'blue'].map(backgroundColor =>
      window.createTextEditorDecorationType({ backgroundColor, rangeBehavior: 1 }),
    );
    let turn = 0;
    exports.activate = () =>
      workspace.onDidChangeTextDocument(({ document, contentChanges: [change] }) => {
        const editor = window.activeTextEditor;
        if (editor?.document !== document || !/marked/.test(document.uri.path) || !change) return;
        const { start } = change.range;
        editor.setDecorations(marks[turn], []);
        editor.setDecorations(marks[turn = 1 - turn], [new Range(start, start.translate(0, 1))]);
      });`,
  );
}

/**
 * @param {string} label
 * @param {Times[]} times
 * @param {Times[]} marked by the other extension
 */
function rowOf(label, times, marked) {
  const own = spread(times);
  const other = spread(marked);
  return {
    label,
    ratio: own.half / other.half,
    rival: 'an extension that only marks the character',
    budget: 'a frame of 17 ms more',
    detail:
      `${own.words} (${own.keys} of ${times.length} keys) against ${other.words}; ` +
      `the character itself after ${
        spread(
          times.map(({ text }) => ({
            text,
            marks: text,
          })),
        ).words
      }`,
  };
}

/** @param {Times[]} times */
function spread(times) {
  const sorted = times.map(({ marks }) => marks).filter(ms => ms > 0);
  sorted.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.floor(share * sorted.length)] ?? NaN;
  const words = `median ${at(0.5).toFixed(0)} ms, p99 ${at(0.99).toFixed(0)} ms`;
  return { half: at(0.5), words, keys: sorted.length };
}
