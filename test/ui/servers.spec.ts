// A server on loopback as the model: connected to by its address, its numbers in colours and hover, its host in the status.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModelFolder } from '../../src/engine/models/modelFolder';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';
import { FakeServer } from '../support/fakeServers';

export const windows: SharedWindow[] = [
  // The last one leaves a server in the place of the model.
  {
    specs: [aHostElsewhereIsConfirmedFirst, aTextIsShownInTheServersOwnTokens, aServerColoursAFile],
  },
];

const COMMAND = 'Tokenscope: Connect to a Server…';

async function typeAddress(ui: Workbench, address: string): Promise<void> {
  await ui.runCommand(COMMAND);
  await ui.page.locator('.quick-input-message', { hasText: 'Address of a vLLM' }).waitFor();
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
    const sent = new RegExp(`Sent to 127.0.0.1:${server.port}: [\\d,]+ tokens`);
    // A line is in the file a moment after it is logged.
    await ui.until(
      () => ui.extensionLog(),
      log => sent.test(log),
    );
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

export async function aTextIsShownInTheServersOwnTokens(ui: Workbench) {
  const { tokenizer } = readModelFolder(join(process.cwd(), 'models/coder'));
  const server = await FakeServer.start('vllm', tokenizer, { model: 'owner/unknown-7B' });
  try {
    await ui.openFile('story.txt');
    await typeAddress(ui, server.address);
    await ui.pick('in the server’s own tokens');
    // A file of saved log-probabilities, whose trace opens as that of any other does.
    await ui.page
      .getByText(/as unknown-7B at .* has them/)
      .first()
      .waitFor();
    await ui.chooseLens('Surprisal');
    await ui.until(
      () => ui.backgrounds(),
      found => found.length > 0,
    );
    await ui.screenshot('server-pieces');
  } finally {
    await server.close();
  }
}

const KEY = 'a-key-that-nobody-else-sees';
/** Every address of this machine: to VS Code's windows a host like others, which is confirmed and counted. */
const ELSEWHERE = '0.0.0.0';

export async function aKeyIsAskedForOnceAndALimitHolds(ui: Workbench) {
  const folder = join(process.cwd(), 'models/coder');
  const { tokenizer } = readModelFolder(folder);
  const options = { model: 'owner/served-7B', contextTokens: 512 };
  const server = await FakeServer.start('vllm', tokenizer, options, 0, ELSEWHERE);
  const address = `http://${ELSEWHERE}:${server.port}`;
  server.fault = ({ authorization }) =>
    authorization === `Bearer ${KEY}` ? undefined : { status: 401, body: '{}' };
  const connect = () => typeAddress(ui, `${address}#tokenizer=${encodeURIComponent(folder)}`);
  try {
    const limit = 400;
    await ui.open({ 'tokenscope.servers.dailyTokens': limit });
    ui.writeFile('short.txt', 'A short text.\n');
    ui.writeFile('long.txt', 'A longer text, of many tokens.\n'.repeat(60));
    await ui.openFile('short.txt');
    await connect();
    const dialog = ui.page.locator('.monaco-dialog-box');
    await dialog.getByText('Send', { exact: true }).click();
    const asked = ui.page.locator('.quick-input-message', {
      hasText: `${address} requires an API key`,
    });
    await asked.waitFor();
    // Nothing of a text was sent before there is a key.
    assert.ok(server.seen.every(({ path }) => !path.includes('completions')));
    await ui.screenshot('server-key');
    await ui.page.keyboard.type(KEY);
    await ui.page.keyboard.press('Enter');
    await ui.until(
      async () => ui.extensionLog(),
      log => log.includes(`opened ${address}#`),
    );
    await ui.chooseLens('Surprisal');
    await ui.until(
      () => ui.backgrounds(),
      found => found.length > 0,
    );

    // Once more: the host has its word, and the key is kept.
    const before = server.seen.length;
    await connect();
    await ui.until(
      async () => server.seen.slice(before),
      seen => seen.some(({ path }) => path === '/api/version'),
    );
    assert.ok(server.seen.slice(before).every(({ authorization }) => authorization));
    assert.equal(await asked.count(), 0);

    await ui.openFile('long.txt');
    await ui.statusItem('not shown').waitFor();
    for (const theme of ['light', 'dark', 'hc-dark'] as const) {
      await ui.setTheme(theme);
      await ui.statusItem('not shown').hover();
      await ui.page
        .getByText(/would exceed the daily limit of 400 tokens/)
        .first()
        .waitFor();
      await ui.screenshot(`server-limit-${theme}`);
    }
    const sent = server.seen
      .filter(({ authorization }) => authorization === `Bearer ${KEY}`)
      .map(({ body }) => (body.prompt as number[] | undefined)?.length ?? 0)
      .reduce((a, b) => a + b, 0);
    assert.ok(sent > 0 && sent <= limit, String(sent));
    const settings = readFileSync(join(ui.folder, '.vscode/settings.json'), 'utf8');
    for (const text of [ui.extensionLog(), settings, await ui.page.locator('body').innerText()])
      assert.ok(!text.includes(KEY));
    assert.ok(!JSON.stringify(server.seen.map(({ path, body }) => [path, body])).includes(KEY));
  } finally {
    await server.close();
  }
}

export async function aFolderThatIsNotTrustedSendsNothing(ui: Workbench) {
  const data = mkdtempSync(join(tmpdir(), 'tokenscope-untrusted-'));
  const folder = join(process.cwd(), 'models/coder');
  const server = await FakeServer.start('vllm', readModelFolder(folder).tokenizer);
  const address = `${server.address}#tokenizer=${encodeURIComponent(folder)}`;
  // The folder names a server itself, too.
  ui.writeFile('.vscode/settings.json', JSON.stringify({ 'tokenscope.model.folder': address }));
  const product = await ui.startProduct(data, ui.folder);
  try {
    await ui.visit(product.address);
    await ui.statusItem(/Restricted\s+Mode/).waitFor();
    // It takes the focus as it comes.
    await ui.page.locator('.tab', { hasText: 'README.md' }).waitFor();
    await ui.page.locator('iframe.webview.ready').first().waitFor();
    // By the built-in model, on a sample.
    await ui.runCommand('Tokenscope: Turn Overlay On');
    await ui.until(
      () => ui.backgrounds(),
      found => found.length > 0,
    );
    await ui.runCommand(COMMAND);
    const message = ui.page
      .getByText(/Servers are not available in an untrusted workspace/)
      .first();
    await message.waitFor();
    await ui.screenshot('server-untrusted');
    assert.deepEqual(server.seen, []);
  } finally {
    await ui.page.goto('about:blank');
    await product.stop();
    await server.close();
    rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  }
}
