// What a person sees of the overlay, in a real window with the built-in model.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../src/core/random';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';
import { drawn, openFixed, settled } from './picture';

export const windows: SharedWindow[] = [
  {
    specs: [
      surprisalIsPaintedAndTakenOff,
      tokensCoverTheTextAndShowItsBlanks,
      theHoverExplainsAToken,
      anEditLeavesNoStalePaint,
      aKilledEngineComesBackWithTheRightPicture,
      splitEditorsShowOneDocumentTwice,
    ],
    open: openFixed,
  },
  {
    specs: [
      everyThemeShowsItsOwnColours,
      theInspectorFollowsTheCursor,
      everyCellOfANotebookIsPainted,
      bytesArePaintedByCharacterAndAddUpToTheTokens,
      // It leaves a second model beside the one that is open.
      twoModelsOnOneTextAreToldApartAndEachProvesItsSum,
    ],
    open: openFixed,
  },
];

const CLEAR = 'rgba(0, 0, 0, 0)';

const FILE = 'words.ts';
const CODE = `export function words(text: string): string[] {
  const found = text.split(' ');
  return found.filter(word => word.length > 0);
}
`;

async function openCode(ui: Workbench): Promise<void> {
  ui.writeFile(FILE, CODE);
  await ui.openFile(FILE);
}

/** Turns a lens on and waits until the window has painted all of it. */
async function show(ui: Workbench, lens: string, end = /$/): Promise<string> {
  const before = await drawn(ui);
  await ui.runCommand('Tokenscope: Choose Lens…');
  await ui.pick(lens);
  await ui.statusItem(new RegExp(`${lens} · \\d+ tokens${end.source}`)).waitFor();
  return ui.until(
    () => settled(ui),
    picture => picture !== '[]' && picture !== before,
  );
}

/** Waits until this is drawn, and stays. */
const pictureIs = (ui: Workbench, expected: string) =>
  ui.until(
    () => settled(ui),
    picture => picture === expected,
  );

export async function surprisalIsPaintedAndTakenOff(ui: Workbench) {
  await openCode(ui);
  await show(ui, 'Surprisal');
  const pieces = await ui.backgrounds();
  const painted = pieces.filter(piece => piece.backgroundColor !== CLEAR);
  assert.ok(painted.length >= 5, `${painted.length} painted pieces`);
  const lines = new Set(pieces.map(piece => piece.borderBottom));
  assert.ok(lines.size >= 2, 'steps differ by the line below them, too');
  await ui.runCommand('Tokenscope: Toggle Overlay');
  await ui.statusItem(/^\s*Tokenscope\s*$/).waitFor();
  assert.deepEqual(JSON.parse(await settled(ui)), []);
}

export async function tokensCoverTheTextAndShowItsBlanks(ui: Workbench) {
  await openCode(ui);
  await show(ui, 'Tokens');
  const shades = JSON.parse(await drawn(ui)) as [number, number, number][];
  const firstLine = shades.filter(([top]) => top === shades[0]![0]);
  firstLine.slice(1).forEach(([, left], i) => {
    const [, before, width] = firstLine[i]!;
    assert.ok(Math.abs(before + width - left) <= 1, 'each token begins where the last one ends');
  });
  const pieces = await ui.decorations();
  const marks = pieces.flatMap(piece => [piece.before, piece.after]);
  assert.ok(
    marks.some(mark => mark?.includes('·')),
    'blanks are marked',
  );
  assert.ok(
    marks.some(mark => mark?.includes('↵')),
    'line ends are marked',
  );
}

export async function everyThemeShowsItsOwnColours(ui: Workbench) {
  await openCode(ui);
  await show(ui, 'Surprisal');
  const looks = new Map<string, string>();
  for (const theme of ['light', 'dark', 'hc-dark', 'hc-light'] as const) {
    await ui.setTheme(theme);
    looks.set(theme, await settled(ui));
    const legend = await legendColours(ui);
    await ui.screenshot(`surprisal-${theme}`);
    await ui.leaveHovers();
    assert.equal(new Set(legend).size, 7, `${theme}: each step of the legend has its colours`);
    const drawnColours = (await ui.backgrounds()).map(
      ({ backgroundColor, borderBottom }) => `${backgroundColor} ${/rgb.*/.exec(borderBottom)![0]}`,
    );
    for (const colours of drawnColours) assert.ok(legend.includes(colours), `${theme}: ${colours}`);
  }
  assert.equal(new Set(looks.values()).size, 4);
  const contrast = JSON.parse(looks.get('hc-dark')!) as string[][];
  const lines = contrast.filter(piece => !piece.at(-1)!.startsWith('0px'));
  assert.ok(lines.length >= 5, 'high contrast shows heat by lines');
}

/** Background and line of each step in the tooltip of the status item. */
async function legendColours(ui: Workbench): Promise<string[]> {
  await ui.page.locator('.statusbar-item[id*="tokenscope.status"]').hover();
  const swatches = ui.page.locator('.monaco-hover:visible span[style*="tokenscope"]');
  await swatches.first().waitFor();
  return swatches.evaluateAll(spans =>
    spans.map(span => {
      const { backgroundColor, color } = getComputedStyle(span);
      return `${backgroundColor} ${color}`;
    }),
  );
}

export async function theHoverExplainsAToken(ui: Workbench) {
  await openCode(ui);
  await show(ui, 'Surprisal');
  const text = await ui.hoverUntil('filter', /rank \d+; entropy \d+\.\d+ bits/);
  assert.match(text, /index \d+ of \d+ tokens, from 0, id \d+/);
  assert.match(text, /coder, after \d+ tokens of context/);
}

export async function bytesArePaintedByCharacterAndAddUpToTheTokens(ui: Workbench) {
  await openCode(ui);
  await show(ui, 'Surprisal');
  await show(ui, 'Surprisal by byte');
  const text = await ui.hoverUntil('filter', /Bytes together [\d.]+ bits/);
  assert.match(text, /byte\s+\.\s+f\s+i\s+l\s+t\s+e\s+r/);
  const [, bytes, token] = /Bytes together ([\d.]+) bits, the token ([\d.]+) bits/.exec(text)!;
  assert.ok(Number(bytes) > 0 && Number(token) > 0);
  await ui.screenshot('bytes');
  await ui.runCommand('Tokenscope: Score Every Byte of the Document');
  const proof = ui.page.locator('.notification-list-item-message', { hasText: 'Σ bytes' });
  await proof.waitFor();
  const sums = /Σ bytes ([\d.]+) \+ end ([\d.]+) = Σ tokens ([\d.]+) bits/;
  const [bits, end, tokens] = sums
    .exec(await proof.innerText())!
    .slice(1)
    .map(Number);
  assert.ok(Math.abs((bits! + end!) / tokens! - 1) < 1e-4, `${bits} + ${end}, ${tokens}`);
}

export async function twoModelsOnOneTextAreToldApartAndEachProvesItsSum(ui: Workbench) {
  await openCode(ui);
  await show(ui, 'Surprisal by byte');
  await ui.runCommand('Tokenscope: Compare with Tokenizer or Model…');
  await ui.pick('stories260K');
  await ui.statusItem(/stories260K: \d+ tokens$/).waitFor();
  await show(ui, 'Difference by byte', / · stories260K: \d+ tokens$/);
  await ui.hoverUntil('filter', /stories260K, bits/);
  await ui.screenshot('two-models');
  await ui.runCommand('Tokenscope: Score Every Byte of the Document');
  const told = ui.page.locator('.notification-list-item-message', { hasText: 'Σ bytes' });
  await told.waitFor();
  const text = await told.innerText();
  const perByte = /coder: ([\d.]+) bits per byte.*stories260K: ([\d.]+) bits per byte/s.exec(text);
  assert.ok(perByte, text);
  // Code is news to a model of stories.
  assert.ok(Number(perByte[2]) > 2 * Number(perByte[1]), text);
  await ui.runCommand('Tokenscope: Stop Comparing');
  await ui.statusItem(/by byte · \d+ tokens · not shown$/).waitFor();
}

export async function anEditLeavesNoStalePaint(ui: Workbench) {
  await openCode(ui);
  const before = await show(ui, 'Surprisal');
  const edit = async () => {
    await ui.goTo(2, 1);
    await ui.page.keyboard.type('  const total = 0;\n', { delay: 15 });
  };
  await edit();
  await ui.runCommand('Tokenscope: Toggle Overlay');
  await ui.statusItem(/^\s*Tokenscope\s*$/).waitFor();
  await ui.runCommand('Tokenscope: Toggle Overlay');
  await ui.statusItem(/Surprisal · \d+ tokens$/).waitFor();
  const fresh = await ui.until(
    () => settled(ui),
    picture => picture !== '[]' && picture !== before,
  );
  await ui.until(
    async () => {
      await ui.page.keyboard.press('Control+Z');
      return settled(ui);
    },
    picture => picture === before,
  );
  await edit();
  await pictureIs(ui, fresh);
  await ui.page.keyboard.press('Control+Z');
}

/** `npm run prove` kills more often. */
const KILLS = Number(process.env.TOKENSCOPE_KILLS ?? 3);

export async function aKilledEngineComesBackWithTheRightPicture(ui: Workbench) {
  await openCode(ui);
  const before = await show(ui, 'Surprisal');
  await ui.goTo(3, 3);
  // The text changes between two states, so that a picture left over from before the kill is a wrong one.
  const keys = ['x', 'Backspace'];
  await ui.page.keyboard.press('x');
  const changed = await ui.until(
    () => settled(ui),
    picture => picture !== '[]' && picture !== before,
  );
  await ui.page.keyboard.press('Backspace');
  await pictureIs(ui, before);
  const pictures = [changed, before];
  const random = seededRandom(ui.seedOr(1));
  for (let kill = 0; kill < KILLS; kill++) {
    await ui.page.keyboard.press(keys[kill % 2]!);
    // At any moment of the work that the key began.
    await ui.page.waitForTimeout(random() * 300);
    // The one before may be starting again only now.
    await ui.until(
      () => killEngines(ui),
      killed => killed > 0,
    );
    await pictureIs(ui, pictures[kill % 2]!);
  }
}

export async function theInspectorFollowsTheCursor(ui: Workbench) {
  await openCode(ui);
  await ui.runCommand('Tokenscope: Open Inspector');
  const page = ui.webview();
  await page.getByRole('button', { name: 'Turn the overlay on' }).click();
  await ui.page.locator('.view-line').first().click();
  await ui.goTo(3, 18);
  await page.locator('dd code', { hasText: 'filter' }).first().waitFor();
  const legend = await page.locator('.legend li').allInnerTexts();
  assert.equal(legend.length, 8);
  assert.match(legend[2]!, /2 – 4 bits/);
  assert.ok((await page.locator('tbody tr').count()) >= 8);
}

export async function splitEditorsShowOneDocumentTwice(ui: Workbench) {
  await openCode(ui);
  const before = await show(ui, 'Surprisal');
  await ui.runCommand('View: Split Editor Right');
  await ui.page.locator('.editor-group-container').nth(1).locator('.view-line').first().waitFor();
  await pictureIs(ui, before);
}

export async function everyCellOfANotebookIsPainted(ui: Workbench) {
  const cells = [
    'import pelican\nviolin = 7919\n',
    'for zebra in umbrella:\n    violin += pelican(zebra)\n',
  ];
  const code = { cell_type: 'code', execution_count: null, metadata: {}, outputs: [] };
  const notebook = {
    cells: cells.map(source => ({ ...code, source })),
    metadata: { language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  ui.writeFile('sums.ipynb', JSON.stringify(notebook));
  await ui.quickInput('Control+P', join(ui.folder, 'sums.ipynb'));
  await ui.page.keyboard.press('Enter');
  const editors = ui.page.locator('.notebookOverlay .cell-editor-container .monaco-editor');
  await editors.nth(1).locator('.view-line').first().waitFor();
  await ui.runCommand('Tokenscope: Toggle Overlay');
  for (const cell of [0, 1])
    await editors.nth(cell).locator('.view-overlays [class*="ced-"]').nth(3).waitFor();
  await editors.first().locator('.view-line').first().click();
  await ui.runCommand('Tokenscope: Open Inspector');
  await ui.webview().locator('h2', { hasText: 'sums.ipynb, cell 1' }).waitFor();
  await ui.screenshot('notebook');
}

/** Kills the engines of this test's server; answers how many. */
function killEngines(ui: Workbench): number {
  const engines = readdirSync('/proc').filter(pid => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes(ui.server.data) && command.includes('dist/engine.js');
    } catch {
      return false; // It ended while we looked.
    }
  });
  for (const pid of engines) process.kill(Number(pid), 'SIGKILL');
  return engines.length;
}

/** Of the words of the page, the pieces that have a colour. */
const colouredPieces = async (ui: Workbench) =>
  (await ui.backgrounds()).filter(({ backgroundColor }) => backgroundColor !== CLEAR).length;

export async function theScaleFollowsTheModelAndItsDensityIsChosenByLooking(ui: Workbench) {
  await ui.openFile('readings.py');
  await ui.runCommand('Tokenscope: Toggle Overlay');
  await ui.runCommand('Tokenscope: Open Inspector');
  await ui
    .webview()
    .getByText('Scaled to this model: about 14 % of sample text is coloured')
    .waitFor();
  const normal = await ui.until(
    () => colouredPieces(ui),
    count => count > 0,
  );
  await ui.runCommand('Tokenscope: Choose Overlay Density…');
  // The list is there, and begins at the density of now.
  await ui.page
    .locator('.quick-input-list .monaco-list-row.focused', { hasText: 'Normal' })
    .waitFor();
  await ui.page.keyboard.press('ArrowDown');
  await ui.until(
    () => colouredPieces(ui),
    count => count > normal,
  );
  await ui.page.keyboard.press('Escape');
  await ui.until(
    () => colouredPieces(ui),
    count => count === normal,
  );
  await ui.runCommand('Tokenscope: Choose Overlay Density…');
  await ui.pick('Subtle');
  await ui.webview().getByText('about 5 % of sample text is coloured').waitFor();
  await ui.until(
    () => colouredPieces(ui),
    count => count < normal,
  );
}
