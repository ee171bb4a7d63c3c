// The extension is there in a plain window, and shows nothing until asked.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';

export const windows: SharedWindow[] = [
  {
    specs: [
      nothingIsDrawnBeforeItIsAskedFor,
      thePaletteOffersWhatApplies,
      theServerAsksForATokenThatNoCommandLineShows,
    ],
  },
  // It opens windows of another server.
  { specs: [aFolderThatIsNotOursIsNotTrustedUnasked], open: async () => {} },
];

export async function nothingIsDrawnBeforeItIsAskedFor(ui: Workbench) {
  await ui.statusItem('Tokenscope').waitFor();
  await ui.openFile('README.md');
  // Its answer comes after whatever the extension did about the file.
  await ui.runCommand('Tokenscope: Show Log');
  await ui.page.locator('.part.panel .output-view, .part.panel .monaco-editor').first().waitFor();
  assert.deepEqual(await ui.notifications(), []);
  assert.deepEqual(await ui.decorations(), []);
  assert.deepEqual(await ui.backgrounds(), []);
}

export async function thePaletteOffersWhatApplies(ui: Workbench) {
  const always = ['Choose Model or Tokenizer…', 'Open a Sample Trace', 'Show Log'];
  const ofText = ['Toggle Overlay', 'Open Inspector', 'Score Every Byte'];
  await ui.statusItem('Tokenscope').waitFor();
  for (const title of always) await isListed(ui, title, true);
  for (const title of ofText) await isListed(ui, title, false);
  // A page without a text is an editor, too.
  await ui.runCommand('Help: Welcome');
  await ui.page.locator('.tab.active', { hasText: 'Welcome' }).waitFor();
  for (const title of ofText) await isListed(ui, title, false);
  await ui.openFile('README.md');
  for (const title of [...always, ...ofText]) await isListed(ui, title, true);
}

async function isListed(ui: Workbench, title: string, expected: boolean): Promise<void> {
  const rows = ui.page.locator('.quick-input-list .monaco-list-row');
  // The list draws only what fits on the screen.
  await ui.quickInput('F1', `>Tokenscope: ${title}`);
  await ui.until(
    async () => [
      await rows.count(),
      await rows.filter({ hasText: `Tokenscope: ${title}` }).count(),
    ],
    ([all, found]) => all! > 0 && found! > 0 === expected,
  );
  await ui.page.keyboard.press('Escape');
}

export async function theServerAsksForATokenThatNoCommandLineShows(ui: Workbench) {
  const address = new URL(ui.server.address(ui.folder));
  const token = address.searchParams.get('tkn')!;
  assert.match(token, /^[0-9a-f]{32}$/);
  address.searchParams.delete('tkn');
  assert.equal((await fetch(address)).status, 403);
  assert.deepEqual(
    commandLines().filter(line => line.includes(token)),
    [],
  );
}

export async function aFolderThatIsNotOursIsNotTrustedUnasked(ui: Workbench) {
  const data = mkdtempSync(join(tmpdir(), 'tokenscope-trust-'));
  const restricted = ui.statusItem(/Restricted\s+Mode/);
  try {
    for (const folder of [ui.folder, undefined]) {
      const server = await ui.startProduct(data, folder);
      try {
        await ui.visit(server.address);
        // The window knows whether its folder is trusted before the extension is there.
        if (folder) await restricted.waitFor();
        await ui.statusItem('Tokenscope').waitFor();
        assert.equal(await restricted.count(), folder ? 1 : 0);
      } finally {
        await ui.page.goto('about:blank');
        await server.stop();
      }
    }
  } finally {
    rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Of all processes, where the system lists them as files. */
function commandLines(): string[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  return readdirSync('/proc').flatMap(name => {
    try {
      return /^\d+$/.test(name) ? [readFileSync(`/proc/${name}/cmdline`, 'utf8')] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}
