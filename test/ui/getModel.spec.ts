// A model from a hub on loopback, in a window: nothing before a choice, consent in a dialog, then it opens.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMIT, FakeHub } from '../support/fakeHub';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';

export const windows: SharedWindow[] = [
  { specs: [anAutoencoderIsNamedForAModelAndOfferedFirst], open: openWithGpt2 },
];

const COMMAND = 'Tokenscope: Get a Model from the Hugging Face Hub…';
const NAME = 'owner/coder';

export async function aModelOfTheHubOpensAfterConsent(ui: Workbench) {
  const folder = join(process.cwd(), 'models/coder');
  const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];
  const files = Object.fromEntries(
    names.map(name => [
      name,
      { content: readFileSync(join(folder, name)), isLarge: name.endsWith('.safetensors') },
    ]),
  );
  const hub = await FakeHub.start({ [NAME]: { files } }, ui.hub);
  // Large files come from elsewhere, in the `fetch` of the window, too.
  hub.fault = ({ path }) => {
    if (path === '/elsewhere') return { body: files['model.safetensors']!.content };
    if (!path.endsWith('model.safetensors')) return undefined;
    return { status: 302, headers: { location: '/elsewhere' } };
  };
  try {
    await ui.runCommand(COMMAND);
    const rows = ui.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'about 270 MB' }).waitFor();
    await ui.screenshot('hub-suggestions');
    await rows.filter({ hasText: 'Search by name…' }).click();
    await ui.page.locator('.quick-input-message', { hasText: 'Part of a name' }).waitFor();
    assert.deepEqual(hub.seen, []);
    await ui.page.keyboard.type('coder');
    await ui.page.keyboard.press('Enter');
    await rows.filter({ hasText: NAME }).click();
    const dialog = ui.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    await ui.screenshot('hub-consent');
    const text = await dialog.innerText();
    for (const words of [
      `of ${NAME}?`,
      'licence: apache-2.0',
      'models--owner--coder',
      'free there',
    ])
      assert.ok(text.includes(words), text);
    assert.deepEqual(hub.asked, []);
    await dialog.getByText('Download', { exact: true }).click();
    // VS Code pops up three notifications in 800 ms at most; the list has all of them.
    await dialog.waitFor({ state: 'hidden' });
    await ui.runCommand('Notifications: Show Notifications');
    const list = ui.page.locator('.notifications-center.visible');
    await list.getByText('Open It', { exact: true }).click();
    assert.deepEqual(new Set(hub.asked), new Set(names));
    await ui.until(
      async () => ui.extensionLog(),
      log => new RegExp(`opened .*models--owner--coder.snapshots.${COMMIT}`).test(log),
    );
    await ui.screenshot('hub-opened');
  } finally {
    hub.close();
    // Windows after this one would tell that it can be opened.
    rmSync(join(ui.server.data, '.cache/huggingface'), { recursive: true, force: true });
  }
}

/** The built-in model under the name of one that autoencoders are published for. */
async function openWithGpt2(ui: Workbench): Promise<void> {
  const folder = join(ui.folder, 'gpt2');
  mkdirSync(folder, { recursive: true });
  const coder = join(process.cwd(), 'models/coder');
  for (const name of ['tokenizer.json', 'tokenizer_config.json', 'model.onnx', 'model.safetensors'])
    copyFileSync(join(coder, name), join(folder, name));
  const config = JSON.parse(readFileSync(join(coder, 'config.json'), 'utf8'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, _name_or_path: 'gpt2' }));
  await ui.open({ 'tokenscope.model.folder': folder });
}

export async function anAutoencoderIsNamedForAModelAndOfferedFirst(ui: Workbench) {
  await ui.openFile('README.md');
  await ui.runCommand('Tokenscope: Turn Overlay On');
  await ui.statusItem('gpt2 · ').waitFor();
  await ui.runCommand('Tokenscope: Find Feature…');
  const notice = ui.page.locator('.notification-list-item', { hasText: 'One is published for' });
  await notice.waitFor();
  await ui.screenshot('published autoencoder');
  await notice.getByRole('button', { name: 'Get an Autoencoder from the Hub…' }).click();
  const rows = ui.page.locator('.quick-input-list .monaco-list-row');
  await rows.first().waitFor();
  // As a screen reader says it.
  assert.match(
    (await rows.first().getAttribute('aria-label')) ?? '',
    /jbloom\/GPT2-Small-SAEs-Reformatted.*for openai-community\/gpt2.*for the model that is open/s,
  );
  await ui.screenshot('autoencoders of the hub');
  await ui.page.keyboard.press('Escape');
}
