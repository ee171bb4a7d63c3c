// The extension is there in a plain window, and shows nothing until asked.
import assert from 'node:assert/strict';
import type { Workbench } from '../host/workbench.mjs';

export async function nothingIsDrawnBeforeItIsAskedFor(ui: Workbench) {
  await ui.openFile('README.md');
  assert.deepEqual(await ui.notifications(), []);
  assert.deepEqual(await ui.decorations(), []);
  assert.deepEqual(await ui.backgrounds(), []);
}

export async function thePaletteOffersTheCommands(ui: Workbench) {
  await ui.statusItem('Tokenscope').waitFor();
  for (const title of ['Toggle Overlay', 'Open Inspector', 'Show Log']) {
    // The list draws only what fits on the screen.
    await ui.quickInput('F1', `>Tokenscope: ${title}`);
    const row = { hasText: `Tokenscope: ${title}` };
    await ui.page.locator('.quick-input-list .monaco-list-row', row).first().waitFor();
    await ui.page.keyboard.press('Escape');
  }
}
