// Writes which keys VS Code itself uses on each system, for the test that ours are free: `node test/host/defaultKeys.mjs`. A
// window in a browser takes the keys of the system that the browser says it runs on.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from './browser.mjs';
import { installedHost } from './install.mjs';
import { repository } from './product.mjs';
import { startServer } from './server.mjs';
import { Workbench } from './workbench.mjs';

const agents = {
  linux: 'Mozilla/5.0 (X11; Linux x86_64)',
  mac: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)',
  windows: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)',
};
const out = join(repository, 'test', 'golden', 'defaultKeys.json');

/** @typedef {{ key: string, command: string, when?: string }} Binding */

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-keys-'));
const host = await installedHost();
const server = await startServer({ host, data: join(scratch, 'server') });
const browser = await launchBrowser(host);
/** @type {Record<string, string[]>} */
const keys = {};
try {
  for (const [system, agent] of Object.entries(agents)) {
    const userAgent = `${agent} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36`;
    const context = await browser.newContext({
      userAgent,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    const window = new Workbench(page, server, join(repository, 'samples'), scratch);
    await window.open();
    await window.runCommand('Preferences: Open Default Keyboard Shortcuts (JSON)');
    await page.locator('.monaco-editor .view-line').first().waitFor();
    await page.locator('.monaco-editor .view-lines').first().click();
    await page.keyboard.press(`${system === 'mac' ? 'Meta' : 'Control'}+KeyA`);
    // What the system's own key for copying would do; there is no other way in a page of VS Code.
    // oxlint-disable-next-line typescript/no-deprecated
    await page.evaluate(() => document.execCommand('copy'));
    const text = await page.evaluate(() => navigator.clipboard.readText());
    // Comments follow the list: commands that have no key.
    const list = text.slice(text.indexOf('['), text.lastIndexOf(']') + 1);
    /** @type {Binding[]} */
    const bindings = JSON.parse(list.replace(/^\s*\/\/.*$/gm, ''));
    keys[system] = [...new Set(bindings.map(({ key }) => key))].sort();
    await context.close();
  }
  writeFileSync(out, `${JSON.stringify(keys, null, 1)}\n`);
  console.log(
    Object.entries(keys)
      .map(([system, all]) => `${system}: ${all.length} keys`)
      .join(', '),
  );
} finally {
  await browser.close();
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
}
