// Reasoning traces as a person meets them, in a real window with the built-in reasoning model.
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';
import { seriousFindings } from './axe';
import { openFixed } from './picture';

export const windows: SharedWindow[] = [
  {
    specs: [
      aTraceOpensInStepsAndItsFileIsLeftAlone,
      aFileWithoutATraceSaysSo,
      aTraceIsColouredInsideItsFile,
      theCodeModelIsNotTakenForChainsOfThoughtUnasked,
    ],
    open: openFixed,
  },
  // They choose the reasoner, which stays open.
  {
    specs: [
      anAlternativeInTheHoverLeadsElsewhere,
      savedNumbersAreShownAndAModelCanScoreAnew,
      // Its rollouts are kept.
      rolloutsFindTheCriticalTokenAndAnotherTokenLeadsElsewhere,
    ],
    open: openFixed,
  },
];

const FILE = 'traces.jsonl';
const TEXT = readFileSync(join(import.meta.dirname, '../../samples', FILE), 'utf8');

async function openTraces(ui: Workbench): Promise<void> {
  ui.writeFile(FILE, TEXT);
  await ui.openFile(FILE);
  await ui.runCommand('Tokenscope: Open Reasoning Traces…');
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
  // A window that opens lists no command of an extension before it has read them.
  await ui.openFile(FILE);
  await ui.runCommand('Tokenscope: Choose Model or Tokenizer…');
  await ui.pick('reasoner');
  await openTraces(ui);
  await ui.page.locator('.view-lines').first().click();
  await ui.runCommand('Tokenscope: Roll Out This Trace…');
  await ui.pick('Find the drops');
  const told = ui.page.locator('.notification-list-item', { hasText: 'the critical token is' });
  await told.waitFor({ timeout: 120_000 });
  await ui.page.locator('.view-lines', { hasText: 'p(success)' }).waitFor();
  await ui.page.keyboard.press('Escape');
  await ui.page.locator('.view-lines').first().click();
  await ui.goTo(1, 1);
  await ui.page.keyboard.press('F8');
  await lineIs(ui, 4);
  await ui.screenshot('critical');
  // Also where no lens is on.
  await ui.hoverUntil(
    'more',
    /^Critical token: no rollout after this token is right; no later prefix recovers/,
  );
  await ui.leaveHovers();
  await ui.runCommand('Tokenscope: Toggle Overlay');
  // Above what the lens says of the same token, which counts from the same place.
  await ui.hoverUntil(
    'more',
    /^Critical token.*index (\d+) of the trace’s tokens.*·more — index \1 of the trace’s \d+ tokens, from 0/s,
  );
  await ui.screenshot('critical hover');
  await ui.leaveHovers();
  await ui.runCommand('Tokenscope: Open Inspector');
  await ui.webview().getByRole('tab', { name: 'Rollouts' }).click();
  await ui.webview().locator('svg.curve polygon').waitFor();
  const rows = ui.webview().locator('tbody tr');
  assert.match((await rows.first().innerText()).trim(), /^start\s.*%/s);
  await ui.screenshot('curve');
  assert.deepEqual(await seriousFindings(ui), []);
  // The critical token's row leads after it.
  await rows.filter({ hasText: 'critical' }).click();
  await lineIs(ui, 4);
  await ui.runCommand('Tokenscope: Toggle Overlay');
  await ui.page.locator('.view-lines').first().click();
  await ui.goTo(1, 1);
  await ui.page.keyboard.press('F8');
  await lineIs(ui, 4);
  await ui.runCommand('Tokenscope: Try Another Token Here…');
  await ui.page.locator('.quick-input-list .monaco-list-row').first().click();
  await ui.page.locator('.tab.active', { hasText: 'What if' }).waitFor({ timeout: 60_000 });
  await ui.page.locator('.modified-in-monaco-diff-editor .view-lines').first().waitFor();
  await ui.screenshot('what if');
  await ui.runCommand('Tokenscope: Toggle Overlay');
  // A diff's own colours are fills, so that a lens is drawn there by lines.
  const lines = await ui.until(
    () => ui.backgrounds(),
    // A piece that is drawn anew while it is looked at has no style.
    pieces =>
      pieces.some(({ borderBottom }) => /^[1-9]/.test(borderBottom)) &&
      pieces.every(({ backgroundColor }) => backgroundColor !== ''),
  );
  assert.deepEqual([...new Set(lines.map(piece => piece.backgroundColor))], ['rgba(0, 0, 0, 0)']);
  await ui.screenshot('what if, surprisal');
  await ui.runCommand('Tokenscope: Toggle Overlay');
  // From the branch itself its trace's list is the same.
  await ui.page.locator('.modified-in-monaco-diff-editor .view-lines').first().click();
  await ui.runCommand('Tokenscope: Show Branches of This Trace…');
  const listed = ui.page.locator('.quick-input-list .monaco-list-row', { hasText: 'in place of' });
  await listed.filter({ hasText: 'shown now' }).waitFor();
  await ui.page.keyboard.press('Escape');
}

export async function theCodeModelIsNotTakenForChainsOfThoughtUnasked(ui: Workbench) {
  await ui.openFile(FILE);
  await ui.runCommand('Tokenscope: Choose Model or Tokenizer…');
  await ui.pick('coder');
  await openTraces(ui);
  await ui.page.locator('.view-lines').first().click();
  await ui.runCommand('Tokenscope: Roll Out This Trace…');
  await ui.page.locator('.quick-input-list .monaco-list-row', { hasText: 'coder' }).waitFor();
  await ui.screenshot('model for rollouts');
  await ui.pick('Use the built-in reasoner');
  const drops = ui.page.locator('.quick-input-list .monaco-list-row', {
    hasText: 'Find the drops',
  });
  await drops.filter({ hasText: /At most \d+ (s|min)\./ }).waitFor();
  await ui.screenshot('rollouts estimated');
  await ui.page.keyboard.press('Escape');
}

export async function tracesAreThereAfterAReload(ui: Workbench) {
  await openTraces(ui);
  const tree = ui.page.locator('.monaco-list-row', { hasText: 'line 4, reasoner_greedy' });
  await tree.waitFor();
  await showSurprisal(ui, /Surprisal · \d+ tokens/);
  await ui.remembered('reasoner_sampled');
  await ui.page.reload();
  const tab = ui.page.locator('.tab.active', { hasText: 'reasoner_sampled.trace' });
  await tab.waitFor({ timeout: 60_000 });
  await ui.page.locator('.view-lines', { hasText: 'step 1' }).waitFor();
  await tree.waitFor();
  rmSync(join(ui.folder, FILE));
  await ui.page.reload();
  const gone = ui.page.locator('.monaco-list-row', { hasText: `${FILE} was moved` });
  await gone.waitFor({ timeout: 60_000 });
  await ui.page.locator('.view-lines', { hasText: `${FILE} was moved` }).waitFor();
  // What is said in its place is no text to score: no model is opened for it.
  await ui.statusItem(/Tokenscope · Surprisal/).waitFor();
  await ui.screenshot('trace gone');
  assert.deepEqual(await ui.decorations(), []);
}

export async function anAlternativeInTheHoverLeadsElsewhere(ui: Workbench) {
  await ui.openFile(FILE);
  await ui.runCommand('Tokenscope: Choose Model or Tokenizer…');
  await ui.pick('reasoner');
  await openTraces(ui);
  await showSurprisal(ui, /Surprisal · \d+ tokens/);
  await ui.hoverUntil('starts', /T1, re-scored by base/);
  const hover = ui.page.locator('.monaco-hover:visible');
  await hover.getByRole('link', { name: 'what if' }).first().click();
  await ui.page.locator('.tab.active', { hasText: 'What if' }).waitFor({ timeout: 60_000 });
  await ui.page.locator('.modified-in-monaco-diff-editor .view-lines').first().waitFor();
}

export async function aFileWithoutATraceSaysSo(ui: Workbench) {
  ui.writeFile('none.json', '{"a": 1}');
  await ui.openFile('none.json');
  await ui.runCommand('Tokenscope: Open Reasoning Traces…');
  const words = 'none.json contains no reasoning trace';
  await ui.page.locator('.notification-list-item', { hasText: words }).waitFor();
}

const SAVED = 'logprobs.jsonl';

/** Turns surprisal on in a trace. */
async function showSurprisal(ui: Workbench, status: RegExp): Promise<void> {
  await ui.runCommand('Tokenscope: Choose Lens…');
  await ui.pick('Surprisal');
  await ui.statusItem(status).waitFor();
}

const painted = async (ui: Workbench) =>
  (await ui.backgrounds()).filter(piece => piece.backgroundColor !== 'rgba(0, 0, 0, 0)');

export async function savedNumbersAreShownAndAModelCanScoreAnew(ui: Workbench) {
  await ui.openFile(SAVED);
  await ui.runCommand('Tokenscope: Choose Model or Tokenizer…');
  await ui.pick('reasoner');
  await ui.runCommand('Tokenscope: Open Reasoning Traces…');
  await ui.page.locator('.tab.active', { hasText: 'line 1.trace' }).waitFor();
  await ui.page.locator('.view-lines', { hasText: 'step 1' }).waitFor();
  await showSurprisal(ui, /numbers saved in the file · Surprisal/);
  await ui.until(
    () => painted(ui),
    pieces => pieces.length >= 4,
  );
  await ui.screenshot('saved');
  const saved = await ui.hoverUntil('starts', /T0, from the file: OpenAI completions/);
  assert.match(saved, /entropy at least 1\.01 bits, because the list is incomplete/);
  await ui.screenshot('saved hover');
  await ui.page.keyboard.press('Escape');
  await ui.page.locator('.view-lines').first().click();
  await ui.goTo(1, 1);
  await ui.runCommand('Tokenscope: Go to Next Peak');
  await ui.runCommand('Tokenscope: Toggle Saved/Re-Scored Log-Probabilities');
  await ui.statusItem(/Surprisal · \d+ tokens/).waitFor();
  // It is the model that the file's numbers are of, by PyTorch.
  const [numbers] = /49\.\d %.* bits/.exec(saved)!;
  await ui.hoverUntil(
    'starts',
    new RegExp(`^${numbers.split(';')[0]}.*T1, re-scored by base`, 'ms'),
  );
}

export async function aTraceIsColouredInsideItsFile(ui: Workbench) {
  const name = 'inside.jsonl';
  const solution = 'Two “and” two\nmake\tfive.\n#### 5';
  const row = { m: { is_correct: false, solution }, question: '2 + 2?', ground_truth: '#### 4' };
  const text = `${JSON.stringify(row)}\n`;
  ui.writeFile(name, text);
  await ui.openFile(name);
  await ui.runCommand('Tokenscope: Open Reasoning Traces…');
  await ui.page.locator('.tab.active', { hasText: 'm.trace' }).waitFor();
  await showSurprisal(ui, /Surprisal · \d+ tokens/);
  await ui.page.locator('.tab', { hasText: name }).first().click();
  await ui.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  // Where the mouse rests on a tab, its hover is in the way.
  await ui.leaveHovers();
  const pieces = await ui.until(
    () => painted(ui),
    found => found.length >= 3,
  );
  await ui.screenshot('in its file');
  // What is not the trace's is as it was.
  const word = await ui.page
    .locator('.view-lines span', { hasText: 'solution' })
    .last()
    .boundingBox();
  assert.ok(
    pieces.every(({ left }) => left > word!.x),
    'painted in the solution alone',
  );
  await ui.hoverUntil('five', /T1, re-scored by/);
  assert.equal(readFileSync(join(ui.folder, name), 'utf8'), text);
}
