// What a person sees of an autoencoder's features, in a real window with the built-in model.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';

export const windows: SharedWindow[] = [
  {
    specs: [
      aFeatureIsAblatedAndItsEffectToldOnAPage,
      aFeatureIsFoundInTheWorkspace,
      featuresAreExportedToAFile,
      // Its label stays.
      aLabelOfOnesOwnIsJudgedWhileItIsWritten,
      // Commands are about the feature that the inspector shows.
      featuresAreNamedInTheHoverAndTheInspector,
    ],
  },
];

const CODE = `import os

for name in os.listdir('.'):
    if name.endswith('.py'):
        raise ValueError(name)
`;

const input = (ui: Workbench) => ui.page.locator('.quick-input-widget .quick-input-box input');

async function showFeatures(ui: Workbench): Promise<void> {
  ui.writeFile('names.py', CODE);
  await ui.openFile('names.py');
  await ui.runCommand('Tokenscope: Choose Lens…');
  await ui.pick('Features');
  await ui.statusItem(/Features · \d+ tokens$/).waitFor();
  await ui.goTo(5, 12);
}

export async function featuresAreNamedInTheHoverAndTheInspector(ui: Workbench) {
  await showFeatures(ui);
  const hover = await ui.hoverUntil('raise', /\d+ features fire/);
  assert.match(hover, /#729/);
  await ui.runCommand('Tokenscope: Open Inspector');
  await ui.webview().getByRole('tab', { name: 'Features' }).click();
  await ui.webview().locator('#document').waitFor();
  await ui.webview().locator('td.feature', { hasText: '#729' }).first().waitFor();
  await ui.webview().locator('td.feature button', { hasText: '#729' }).first().click();
  await ui.webview().locator('h2#feature', { hasText: '#729' }).waitFor();
  await ui.webview().locator('table.examples').waitFor();
  await ui.screenshot('feature page');
}

export async function aFeatureIsAblatedAndItsEffectToldOnAPage(ui: Workbench) {
  await showFeatures(ui);
  await ui.runCommand('Tokenscope: Ablate or Steer Feature…');
  await input(ui).fill('729');
  // One list follows the other, so that the widget is never gone.
  for (const text of ['#729', 'Ablate', 'At the token at the cursor']) {
    await ui.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
  }
  await ui.page.locator('.tab.active', { hasText: 'Effect of feature 729' }).waitFor();
  await ui.webview().getByRole('heading', { name: 'is ablated' }).waitFor();
  await ui.webview().getByRole('columnheader', { name: 'before' }).first().waitFor();
  // The page runs no script, so that axe cannot judge it.
  const unnamed = ui.webview().locator('th:not([scope]), main:not(:first-child), img, script');
  assert.equal(await unnamed.count(), 0);
  for (const theme of ['light', 'dark', 'hc-dark'] as const) {
    await ui.setTheme(theme);
    await ui.screenshot(`effect-${theme}`);
  }
}

export async function aFeatureIsFoundInTheWorkspace(ui: Workbench) {
  // Its numbers would take most of the search.
  rmSync(join(ui.folder, 'logprobs.jsonl'));
  await showFeatures(ui);
  await ui.runCommand('Tokenscope: Find Feature in Workspace…');
  await input(ui).fill('729');
  await ui.pick('#729');
  const row = ui.page.locator('.quick-input-list .monaco-list-row', { hasText: 'names.py' });
  await row.first().waitFor({ timeout: 60_000 });
  await row.first().click();
  await ui.statusItem(/^Ln 5, Col/).waitFor();
}

export async function aLabelOfOnesOwnIsJudgedWhileItIsWritten(ui: Workbench) {
  await showFeatures(ui);
  await ui.runCommand('Tokenscope: Label Feature…');
  await input(ui).fill('729');
  await ui.page.locator('.quick-input-list .monaco-list-row', { hasText: '#729' }).first().click();
  const title = (words: RegExp) => ui.page.locator('.quick-input-title', { hasText: words });
  await title(/label of feature 729/).waitFor();
  await input(ui).fill('raising an error');
  await ui.page.keyboard.press('Enter');
  await title(/which tokens match “raising an error”/).waitFor();
  const told = ui.page.locator('.quick-input-message');
  await input(ui).fill('token=');
  await told.filter({ hasText: 'cannot be read' }).waitFor();
  await input(ui).fill('/^ *raise$/');
  await told.filter({ hasText: /precision \d\.\d\d .* recall \d\.\d\d/ }).waitFor();
  await ui.screenshot('label');
  await ui.page.keyboard.press('Enter');
  await ui.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  await ui.hoverUntil('raise', /#729 raising an error/);
}

export async function featuresAreExportedToAFile(ui: Workbench) {
  await showFeatures(ui);
  for (const [format, ending] of [
    ['Features of every token', 'jsonl'],
    ['Picture of the view', 'svg'],
  ] as const) {
    await ui.runCommand('Tokenscope: Export Features…');
    await ui.page.locator('.quick-input-list .monaco-list-row', { hasText: format }).click();
    const path = join(ui.folder, `names.py.features.${ending}`);
    await ui.page.locator('.quick-input-title', { hasText: 'export features' }).waitFor();
    // A place in the workspace is proposed.
    await ui.until(
      () => input(ui).inputValue(),
      value => value.endsWith(`features.${ending}`),
    );
    await ui.page.keyboard.press('Enter');
    await ui.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    // It is there before it is written.
    await ui.until(
      () => (existsSync(path) ? readFileSync(path, 'utf8') : ''),
      text => (ending === 'svg' ? /<\/svg>\s*$/ : /\n$/).test(text),
    );
  }
  const lines = readFileSync(join(ui.folder, 'names.py.features.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  const tokens = lines.map(line => JSON.parse(line) as { features?: { index: number }[] });
  assert.ok(tokens.some(({ features }) => features?.some(({ index }) => index === 729)));
  assert.match(
    readFileSync(join(ui.folder, 'names.py.features.svg'), 'utf8'),
    /^<svg .*<\/svg>\s*$/s,
  );
}
