// A trace of 30,000 tokens in a real window: how far apart frames are while it is scrolled through, coloured by its file's
// numbers or by a model's, beside the same text without a lens; and how long a step further takes.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../host/product.mjs';
import { windowsOn } from './windows.mjs';

/** @typedef {import('../host/workbench.mjs').Workbench} Workbench */

const TOKENS = 30_000;
const PAGES = 60;
const STEPS = 20;
const BETWEEN_MS = 150;

export default { name: 'A trace of 30,000 tokens in a window', run };

async function run() {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-trace-'));
  const folder = join(scratch, 'workspace');
  mkdirSync(folder);
  writeFileSync(join(folder, 'long.json'), JSON.stringify(chatOf(TOKENS)));
  writeFileSync(join(folder, 'short.json'), JSON.stringify(chatOf(30)));
  const { inWindow, close } = await windowsOn(folder, scratch);
  try {
    return await inWindow('long.json', async window => {
      // With the engine, which starts for it.
      await window.openFile('short.json');
      await openedMs(window);
      await window.page.locator('.tab', { hasText: 'long.json' }).first().click();
      const opened = await openedMs(window);
      const plain = await scrolled(window);
      await window.runCommand('Tokenscope: Choose Lens…');
      await window.pick('Surprisal');
      await window.statusItem(/Surprisal from the file/).waitFor();
      const saved = await scrolled(window);
      await window.runCommand('Tokenscope: Toggle Saved/Re-Scored Log-Probabilities');
      await window.statusItem(/Surprisal · [\d,]+ tokens/).waitFor({ timeout: 60_000 });
      const scored = await scrolled(window);
      const step = await stepMs(window);
      const row = (/** @type {string} */ label, /** @type {Frames} */ frames) => ({
        label,
        ratio: frames.late / plain.late,
        rival: 'the same trace without a lens',
        detail: `frames apart: median ${frames.half.toFixed(0)} ms, p99 ${frames.late.toFixed(0)} ms, most ${frames.most.toFixed(0)} ms (without a lens ${plain.half.toFixed(0)}, ${plain.late.toFixed(0)}, ${plain.most.toFixed(0)} ms)`,
      });
      return [
        row('scrolled, coloured by the file (p99 of frames)', saved),
        {
          ...row('scrolled, coloured by the model (p99 of frames)', scored),
          detail: `${row('', scored).detail}; opened in ${opened.toFixed(0)} ms, a step further in ${step.toFixed(0)} ms (median of ${STEPS})`,
        },
      ];
    });
  } finally {
    await close();
  }
}

/** @param {Workbench} window */
async function openedMs(window) {
  const began = performance.now();
  await window.runCommand('Tokenscope: Open Reasoning Traces…');
  await window.page.locator('.tab.active', { hasText: '.trace' }).waitFor();
  await window.page.locator('.view-lines', { hasText: 'step 1' }).waitFor();
  return performance.now() - began;
}

/**
 * A chat completion with log-probabilities of every token: words of this repository's own documents, a number for each.
 * @param {number} count of tokens
 */
function chatOf(count) {
  const path = join(repository, 'docs/benchmarks.md');
  const text = readFileSync(path, 'utf8').replace(/[^\x20-\x7e\n]/g, '');
  const words = text.repeat(100).match(/\s*\S{1,6}/g) ?? [];
  const tokens = words.slice(0, count);
  const content = tokens.map((token, i) => ({
    token,
    logprob: -((i * 37) % 90) / 10,
    bytes: [...Buffer.from(token)],
    top_logprobs: [],
  }));
  const message = { role: 'assistant', content: tokens.join('') };
  return { choices: [{ index: 0, message, logprobs: { content } }] };
}

/** @typedef {{ half: number, late: number, most: number }} Frames ms */

/**
 * Down page by page from the top; what lies between frames meanwhile.
 * @param {Workbench} window
 * @returns {Promise<Frames>}
 */
async function scrolled({ page }) {
  await page.locator('.view-lines').first().click();
  await page.keyboard.press('Control+Home');
  await page.waitForTimeout(2000);
  await page.evaluate(() => {
    /** @type {number[]} */
    const times = [];
    let runs = true;
    const frame = (/** @type {number} */ now) => {
      times.push(now);
      if (runs) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Object.assign(globalThis, { stopFrames: () => ((runs = false), times) });
  });
  for (let i = 0; i < PAGES; i++) {
    await page.keyboard.press('PageDown');
    await page.waitForTimeout(BETWEEN_MS);
  }
  const times = await page.evaluate(
    () => /** @type {number[]} */ (/** @type {any} */ (globalThis).stopFrames()),
  );
  const apart = times.slice(1).map((time, i) => time - (times[i] ?? NaN));
  apart.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => apart[Math.floor(share * apart.length)] ?? NaN;
  return { half: at(0.5), late: at(0.99), most: apart.at(-1) ?? NaN };
}

/**
 * From the key to the cursor's new place, median.
 * @param {Workbench} window
 */
async function stepMs(window) {
  const { page } = window;
  await page.keyboard.press('Control+Home');
  const lineOf = async () => (await window.status()).find(text => text.startsWith('Ln ')) ?? '';
  /** @type {number[]} */
  const times = [];
  for (let i = 0; i < STEPS; i++) {
    const before = await lineOf();
    const began = performance.now();
    await page.keyboard.press('Control+Alt+ArrowDown');
    while ((await lineOf()) === before) await page.waitForTimeout(5);
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[STEPS >> 1] ?? NaN;
}
