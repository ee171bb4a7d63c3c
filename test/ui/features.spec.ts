// What a person sees of an autoencoder's features, in a real window with the built-in model.
import assert from 'node:assert/strict';
import type { Workbench } from '../host/workbench.mjs';

const CODE = `import os

for name in os.listdir('.'):
    if name.endswith('.py'):
        raise ValueError(name)
`;

async function showFeatures(ui: Workbench): Promise<void> {
  ui.writeFile('names.py', CODE);
  await ui.openFile('names.py');
  await ui.runCommand('Tokenscope: Choose Lens...');
  await ui.pick('Features');
  await ui.statusItem(/Features · \d+ tokens$/).waitFor();
  await ui.goTo(5, 12);
}

export async function featuresAreNamedInTheHoverAndTheInspector(ui: Workbench) {
  await showFeatures(ui);
  const hover = await ui.hoverAt('raise');
  assert.match(hover, /\d+ features fire/);
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
  await ui.runCommand('Tokenscope: Ablate or Steer Feature...');
  await ui.page.locator('.quick-input-widget .quick-input-box input').fill('729');
  // One list follows the other, so that the widget is never gone.
  for (const text of ['#729', 'Ablate', 'At the token under the cursor']) {
    await ui.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
  }
  await ui.page.locator('.tab.active', { hasText: 'effect of feature 729' }).waitFor();
  await ui.page.locator('.view-lines', { hasText: 'is ablated' }).first().waitFor();
  await ui.screenshot('effect');
}

export async function aFeatureIsFoundInTheWorkspace(ui: Workbench) {
  await showFeatures(ui);
  await ui.runCommand('Tokenscope: Find Feature in Workspace...');
  await ui.page.locator('.quick-input-widget .quick-input-box input').fill('729');
  await ui.pick('#729');
  const row = ui.page.locator('.quick-input-list .monaco-list-row', { hasText: 'names.py' });
  await row.first().waitFor({ timeout: 60_000 });
  await row.first().click();
  await ui.statusItem(/^Ln 5, Col/).waitFor();
}
