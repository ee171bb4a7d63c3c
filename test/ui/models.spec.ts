// The list of models with those that other programs keep on the machine.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SharedWindow } from '../host/uiSpecs.mjs';
import type { Workbench } from '../host/workbench.mjs';
import { goldenGgufs, ggufOfFamily } from '../support/ggufFamilies';
import { writeLargeGguf } from '../support/largeGguf';
import { tinyGguf, write, writeOllama } from '../support/machine';

export const windows: SharedWindow[] = [
  {
    specs: [
      aLargeModelThatIsCancelledLeavesTheOneThatIsOpen,
      theWaysToKeepAModelsWeightsAreChosenByKeyboard,
      aModelOfOllamaIsListedAndOpened,
    ],
  },
];

/** Waits until the choice is written to the settings of the machine, which comes after the model was opened. */
async function isSet(ui: Workbench, path: string): Promise<void> {
  const settings = join(ui.server.data, 'data/Machine/settings.json');
  await ui.until(
    () => (existsSync(settings) ? readFileSync(settings, 'utf8') : ''),
    written => written.includes(path),
  );
}

export async function aModelOfOllamaIsListedAndOpened(ui: Workbench) {
  const ollama = join(ui.server.data, '.ollama/models');
  const library = 'registry.ollama.ai/library';
  try {
    writeOllama(ollama, `${library}/picked/0.1b`, tinyGguf('qwen2'), 'MIT License');
    const encoder = tinyGguf('llama', { 'general.architecture': ['string', 'bert'] });
    writeOllama(ollama, `${library}/encoder/latest`, encoder);
    await ui.openFile('README.md');
    await ui.runCommand('Tokenscope: Choose Model or Tokenizer…');
    const rows = ui.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'reasoner' }).waitFor();
    const picked = rows.filter({ hasText: 'picked:0.1b' });
    await picked.waitFor();
    assert.match(await picked.innerText(), /Ollama · qwen2 .*· F32 · .*MIT License/s);
    assert.match(await picked.innerText(), /exact bytes/);
    const refused = rows.filter({ hasText: 'encoder:latest' });
    assert.match(await refused.innerText(), /Tokens alone/);
    await ui.screenshot('list of models');
    await picked.click();
    await isSet(ui, 'blobs/sha256-');
    await ui.until(
      () => ui.extensionLog(),
      log => /opened .*blobs\/sha256-/.test(log),
    );
    // What was chosen is marked.
    await ui.runCommand('Tokenscope: Choose Model or Tokenizer…');
    await rows.filter({ hasText: 'current choice' }).filter({ hasText: 'picked:0.1b' }).waitFor();
    await ui.page.keyboard.press('Escape');
  } finally {
    rmSync(ollama, { recursive: true, force: true });
  }
}

export async function aModelOfTheMachineIsOfferedOnce(ui: Workbench) {
  const ollama = join(ui.server.data, '.ollama/models');
  const offers = ui.page.locator('.notification-list-item', { hasText: 'offered:latest' });
  try {
    writeOllama(ollama, 'registry.ollama.ai/library/offered/latest', tinyGguf());
    await ui.openFile('README.md');
    // Nobody is told before the extension is used.
    await ui.statusItem('Tokenscope').waitFor();
    assert.equal(await offers.count(), 0);
    await ui.runCommand('Tokenscope: Turn Overlay On');
    await offers.first().waitFor();
    await ui.screenshot('model offered');
    await offers.getByText('Choose Model or Tokenizer…', { exact: true }).last().click();
    const rows = ui.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'offered:latest' }).waitFor();
    await ui.page.keyboard.press('Escape');
    await ui.remembered('hasChosenModel');
    await ui.page.reload();
    // The window remembers the overlay and the editor, if it had the time to: without an editor there is no such command.
    await ui.statusItem(/Tokenscope|coder/).waitFor();
    await ui.openFile('README.md');
    await ui.runCommand("Tokenscope: Show the Model's Report");
    // A page that loads takes the focus, and a list that is open would close.
    await ui.webview().getByRole('heading', { name: 'Self-test' }).waitFor();
    // The engine is open, and a search that began later has found it: there would have been an offer by now.
    await ui.until(
      async () => {
        await ui.runCommand('Tokenscope: Choose Model or Tokenizer…');
        const row = rows.filter({ hasText: 'offered:latest' });
        return row.waitFor({ timeout: 15_000 }).then(
          () => true,
          () => false,
        );
      },
      isListed => isListed,
    );
    assert.equal(await offers.count(), 0);
  } finally {
    rmSync(ollama, { recursive: true, force: true });
  }
}

export async function eachWorkspaceKeepsItsModel(ui: Workbench) {
  const ollama = join(ui.server.data, '.ollama/models');
  const [first, second] = ['first', 'second'].map(name => join(ui.folder, name)) as [
    string,
    string,
  ];
  for (const folder of [first, second]) write(join(folder, 'a.md'), 'words\n');
  const open = async (folder: string) => {
    await ui.visit(ui.server.address(folder));
    await ui.statusItem('Tokenscope').waitFor();
    await ui.runCommand('Tokenscope: Choose Model or Tokenizer…');
  };
  const rows = ui.page.locator('.quick-input-list .monaco-list-row');
  const isChosen = (name: string) =>
    rows.filter({ hasText: 'current choice' }).filter({ hasText: name }).waitFor();
  /** Waits until all is written that a reload would lose. */
  const choose = async (name: string, path: string) => {
    await ui.pick(name);
    await isSet(ui, path);
    await ui.remembered('tokenscope.lastModel');
    await ui.remembered(path);
  };
  try {
    writeOllama(ollama, 'registry.ollama.ai/library/kept/latest', tinyGguf('qwen3'));
    await open(first);
    await rows.filter({ hasText: 'kept:latest' }).waitFor();
    await choose('kept:latest', 'blobs/sha256-');
    await open(second);
    // A new one begins with the last choice.
    await isChosen('kept:latest');
    await choose('reasoner', 'reasoner/base');
    await open(second);
    await isChosen('reasoner');
    await ui.page.keyboard.press('Escape');
    await open(first);
    await isChosen('kept:latest');
    await ui.page.keyboard.press('Escape');
  } finally {
    rmSync(ollama, { recursive: true, force: true });
  }
}

export async function aLargeModelThatIsCancelledLeavesTheOneThatIsOpen(ui: Workbench) {
  const models = join(ui.server.data, '.cache/llama.cpp');
  const prepared = join(ui.server.data, '.cache/tokenscope/gguf');
  const written = () => (existsSync(prepared) ? readdirSync(prepared) : []);
  const notice = ui.page.locator('.notification-list-item', { hasText: 'Opening large.gguf' });
  try {
    writeLargeGguf(join(models, 'large.gguf'), 5);
    await ui.openFile('README.md');
    await ui.runCommand('Tokenscope: Turn Overlay On');
    await ui.statusItem('coder · ').waitFor();
    const before = written();
    await ui.runCommand('Tokenscope: Choose Model or Tokenizer…');
    await ui.pick('large');
    await notice.getByText(/preparing its weights, once: [1-9]\d? % of 3.02 GB/).waitFor();
    await ui.screenshot('model being opened');
    assert.equal(written().length, before.length + 1);
    await notice.getByText('Cancel', { exact: true }).click();
    await notice.waitFor({ state: 'detached' });
    await ui.until(written, names => names.length === before.length);
    await ui.statusItem('coder · ').waitFor();
    // That the model is on this machine may be said by now.
    const said = (await ui.notifications()).filter(text => !/is on this machine/.test(text));
    assert.deepEqual(said, []);
  } finally {
    rmSync(models, { recursive: true, force: true });
  }
}

export async function theWaysToKeepAModelsWeightsAreChosenByKeyboard(ui: Workbench) {
  const models = join(ui.server.data, '.cache/llama.cpp');
  const every = ggufOfFamily(goldenGgufs.cases['llama, every type']!);
  const rows = ui.page.locator('.quick-input-list .monaco-list-row');
  const { keyboard } = ui.page;
  /** The row that is active, as a screen reader says it. */
  const focused = ui.page.locator('.quick-input-list .monaco-list-row.focused');
  try {
    const path = write(join(models, 'ways.gguf'), every);
    await ui.openFile('README.md');
    await ui.runCommand('Tokenscope: Choose Model or Tokenizer…');
    await rows.filter({ hasText: 'ways' }).waitFor();
    await ui.screenshot('models with a button');
    await keyboard.type('ways');
    await focused.filter({ hasText: 'ways' }).waitFor();
    await keyboard.press('Enter');
    await isSet(ui, path);
    await ui.runCommand('Tokenscope: Choose Model or Tokenizer…');
    await rows.filter({ hasText: 'Change the weight format…' }).waitFor();
    await keyboard.type('Change the weight');
    await focused.filter({ hasText: 'Change the weight' }).waitFor();
    await keyboard.press('Enter');
    const floats = rows.filter({ hasText: 'fp32 ·' });
    await floats.waitFor();
    assert.match((await floats.getAttribute('aria-label')) ?? '', /in use.*the default: they fit/s);
    await ui.screenshot('ways to keep weights');
    await keyboard.type('4 bits');
    await focused.filter({ hasText: '4 bits' }).waitFor();
    await keyboard.press('Enter');
    await ui.remembered('tokenscope.dtypes');
    await ui.until(
      () => ui.extensionLog().match(/opened .*ways\.gguf/g)?.length,
      times => times === 2,
    );
    await ui.runCommand('Tokenscope: Choose Model or Tokenizer…');
    await rows.filter({ hasText: 'Change the weight format…' }).click();
    await rows.filter({ hasText: /q4 · .*in use/s }).waitFor();
    await keyboard.press('Escape');
    // Nobody is offered what they have just chosen.
    assert.deepEqual(await ui.notifications(), []);
  } finally {
    rmSync(models, { recursive: true, force: true });
  }
}
