// A server on loopback as the model: connected to by its address, its numbers in colours and hover, its host in the status.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readModelFolder } from '../../src/engine/models/modelFolder';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';
import { FakeServer } from '../support/fakeServers';

export const windows: SharedWindow[] = [
  // The second one leaves a server in the place of the model.
  { specs: [aHostElsewhereIsConfirmedFirst, aServerColoursAFile] },
];

const COMMAND = 'Tokenscope: Connect to a Server…';

async function typeAddress(ui: Workbench, address: string): Promise<void> {
  await ui.runCommand(COMMAND);
  await ui.page.locator('.quick-input-message', { hasText: 'Its address' }).waitFor();
  await ui.page.keyboard.press('ControlOrMeta+a');
  await ui.page.keyboard.type(address);
  await ui.page.keyboard.press('Enter');
}

export async function aServerColoursAFile(ui: Workbench) {
  const folder = join(process.cwd(), 'models/coder');
  const server = await FakeServer.start('vllm', readModelFolder(folder).tokenizer, {
    model: 'owner/served-7B',
  });
  try {
    await ui.openFile('README.md');
    await typeAddress(ui, `${server.address}#tokenizer=${encodeURIComponent(folder)}`);
    await ui.until(
      () => ui.extensionLog(),
      log => log.includes(`opened ${server.address}#`),
    );
    await ui.chooseLens('Surprisal');
    const host = `served-7B at 127.0.0.1:${server.port}`;
    await ui.statusItem(host).waitFor();
    const isScored = () =>
      server.seen.some(
        ({ body }) => 'prompt_logprobs' in body && (body.prompt as number[]).length > 20,
      );
    await ui.until(async () => isScored(), Boolean);
    await ui.until(
      () => ui.backgrounds(),
      found => found.length > 0,
    );
    await ui.chooseLens('Entropy');
    for (const theme of ['light', 'dark', 'hc-dark'] as const) {
      await ui.setTheme(theme);
      await ui.hoverUntil('mouse', /between [\d.]+ and [\d.]+ bits/);
      await ui.screenshot(`server-${theme}`);
    }
    await ui.chooseLens('Varentropy');
    await ui.statusItem('not shown').waitFor();
    // No key, and nothing of the text, is in the log.
    assert.match(ui.extensionLog(), new RegExp(`Sent to 127.0.0.1:${server.port}: [\\d,]+ tokens`));
  } finally {
    await server.close();
  }
}

export async function aHostElsewhereIsConfirmedFirst(ui: Workbench) {
  await typeAddress(ui, 'http://models.invalid:8000');
  const dialog = ui.page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  await ui.screenshot('server-consent');
  const text = await dialog.innerText();
  for (const words of [
    'Send your text to models.invalid:8000?',
    'not encrypted',
    'to no other host',
  ])
    assert.ok(text.includes(words), text);
  await dialog.getByText('Cancel', { exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}
