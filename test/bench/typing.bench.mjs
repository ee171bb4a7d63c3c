// A keystroke from end to end: from the key's event in a real window until the lens's marks for the new text are in
// the editor's lines, beside the time that VS Code takes to draw the character itself.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from '../host/browser.mjs';
import { installedHost } from '../host/install.mjs';
import { repository } from '../host/product.mjs';
import { startServer } from '../host/server.mjs';
import { Workbench } from '../host/workbench.mjs';

const KEYS = Number(process.env.TOKENSCOPE_KEYS ?? 200);
const BETWEEN_MS = 250;
/** Each begins a token or changes one, and surprises. */
const TYPED = 'zq kx(vj 7w;';
const MEGABYTES = [1, 10];
const FRAME_MS = 1000 / 60;

export default { name: 'Typing in a window', run };

async function run() {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-typing-'));
  const folder = join(scratch, 'workspace');
  mkdirSync(folder);
  const source = readFileSync(join(repository, 'src/engine/model.ts'), 'utf8');
  for (const megabytes of MEGABYTES) {
    // As plain text, lest the language service of some language keep the machine busy.
    const copies = Math.ceil((megabytes << 20) / source.length);
    writeFileSync(join(folder, `large${megabytes}.txt`), source.repeat(copies));
  }
  const host = await installedHost();
  const server = await startServer({ host, data: join(scratch, 'server'), extension: repository });
  const browser = await launchBrowser(host);
  const rows = [];
  try {
    for (const megabytes of MEGABYTES) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      const window = new Workbench(page, server, folder, scratch);
      // A remote window asks first, from 10 MB on.
      await window.open({ 'workbench.editorLargeFileConfirmation': 100 });
      for (const lens of ['Tokens', 'Surprisal']) {
        const times = await typedIn(window, megabytes, lens);
        rows.push(rowOf(`a keystroke in ${megabytes} MB, ${lens.toLowerCase()} lens`, times));
      }
      await page.goto('about:blank');
      await page.close();
    }
    return rows;
  } finally {
    await browser.close();
    await server.stop();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** @typedef {{ text: number, marks: number }} Times ms from the key's event on */

/**
 * @param {Workbench} window
 * @param {number} megabytes
 * @param {string} lens
 */
async function typedIn(window, megabytes, lens) {
  const { page } = window;
  await window.openFile(`large${megabytes}.txt`);
  await window.runCommand('Tokenscope: Choose Lens...');
  await window.pick(lens);
  await window.statusItem(new RegExp(`${lens} · [\\d,]+ tokens`)).waitFor({ timeout: 60_000 });
  await window.goTo(10_000 * megabytes, 1);
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowUp');
  await page.waitForTimeout(3000);
  await page.evaluate(watch);
  for (let key = 0; key < KEYS; key++) {
    await page.keyboard.type(TYPED[key % TYPED.length] ?? '');
    await page.waitForTimeout(BETWEEN_MS);
  }
  return page.evaluate(() => /** @type {any} */ (globalThis).typed);
}

/**
 * Runs in the page, before the keys. Of each it notes when the line has the character, and when the line's marks
 * have last changed before the next key: what is typed has none until its tokens are known.
 */
function watch() {
  const lineAt = (/** @type {string} */ rows) => {
    const top = document
      .querySelector('.editor-instance .current-line')
      ?.getBoundingClientRect().top;
    const all = [...document.querySelectorAll(`.editor-instance ${rows}`)];
    return all.find(row => Math.abs(row.getBoundingClientRect().top - (top ?? NaN)) < 2);
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
  addEventListener(
    'keydown',
    ({ key }) => {
      if (key.length > 1) return;
      pressed = performance.now();
      before = now();
      typed.push({ text: NaN, marks: NaN });
    },
    { capture: true },
  );
  const look = () => {
    const last = typed.at(-1);
    if (!pressed || !last) return;
    const { length, marks } = now();
    const ms = performance.now() - pressed;
    if (length > before.length && Number.isNaN(last.text)) last.text = ms;
    if (marks === before.marks) return;
    last.marks = ms;
    before.marks = marks;
  };
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(look).observe(document.querySelector('.editor-instance') ?? document, all);
  Object.assign(globalThis, { typed });
}

/**
 * @param {string} label
 * @param {Times[]} times
 */
function rowOf(label, times) {
  const drawn = times.filter(({ text, marks }) => text + marks > 0);
  const text = spread(drawn.map(({ text }) => text));
  const marks = spread(drawn.map(({ marks }) => marks));
  const behind = spread(drawn.map(({ text, marks }) => marks - text));
  const told = (/** @type {ReturnType<typeof spread>} */ { half, most }) =>
    `${half.toFixed(0)} ms, p99 ${most.toFixed(0)} ms`;
  return {
    ...{ label, ratio: marks.half / text.half, rival: 'the character in the window' },
    budget: `${FRAME_MS.toFixed(0)} ms behind it`,
    detail: `${told(marks)}; the character ${told(text)}; behind it ${told(behind)} (${drawn.length} of ${times.length} keys)`,
  };
}

/** @param {number[]} values */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.floor(share * sorted.length)] ?? NaN;
  return { half: at(0.5), most: at(0.99) };
}
