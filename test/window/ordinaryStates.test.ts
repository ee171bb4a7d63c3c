// Every command of the manifest in every ordinary state: nothing of that is an error, and each has an answer that is seen.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { engine, open, product, until, type Said } from './support';

/** Commands whose answer is somewhere that this test does not look. */
const ANSWERED_ELSEWHERE: Record<string, string> = {
  openSample: 'the sample may be open already; test/ui/walkthrough.spec.ts',
  toggleOverlay: 'the status item',
  turnOverlayOn: 'the status item and the text',
  openInspector: 'the panel',
  findFeature: 'the panel',
  showReport: 'the page, which may be there already',
  showLog: 'the panel',
  showCompletionEvents: 'the panel',
};
/** It works for longer than a test should, with progress. */
const LONG = ['calibrateCompletions'];

/** Runs a command; a list, box or dialog is dismissed, and the command ends. Answers what was said meanwhile. */
async function runAndDismiss(command: string): Promise<Said[]> {
  const said: Said[] = [];
  const listener = product().exports.onDidSay(each => said.push(each));
  let isDone = false;
  const done = Promise.resolve(vscode.commands.executeCommand(command)).finally(
    () => (isDone = true),
  );
  await until(
    async () => {
      const isAsked = said.some(({ kind }) => kind === 'list' || kind === 'input');
      if (isAsked && !isDone)
        await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      return isDone;
    },
    isDone => isDone,
  );
  await done;
  listener.dispose();
  return said;
}

async function closeEditors(): Promise<void> {
  while (vscode.window.tabGroups.all.some(({ tabs }) => tabs.length > 0))
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
}

/** The tabs, and the text that is active. */
const shown = () =>
  JSON.stringify([
    vscode.window.tabGroups.all.map(({ tabs }) =>
      tabs.map(({ label, isActive }) => [label, isActive]),
    ),
    vscode.window.activeTextEditor?.document.getText(),
  ]);

describe('an ordinary state is no error', () => {
  const names = () =>
    (
      product().packageJSON as { contributes: { commands: { command: string }[] } }
    ).contributes.commands
      .map(({ command }) => command.replace('tokenscope.', ''))
      .filter(name => !LONG.includes(name));
  const configuration = () => vscode.workspace.getConfiguration('tokenscope');
  const set = (name: string, value: unknown) =>
    configuration().update(name, value, vscode.ConfigurationTarget.Global);

  before(() => product().activate());
  after(async () => {
    // Other files begin with the overlay off and the settings as they are by default.
    await vscode.commands.executeCommand('tokenscope.turnOverlayOn');
    await vscode.commands.executeCommand('tokenscope.toggleOverlay');
    await set('traces.scoresFrom', undefined);
    await closeEditors();
    engine().stop();
  });
  afterEach(async () => {
    await closeEditors();
    await set('completion.enabled', undefined);
  });

  const states: Record<string, () => Thenable<unknown>> = {
    'no editor': async () => {},
    'an editor without text': () => open(''),
    'a page that is not the user’s text': () =>
      vscode.commands.executeCommand('tokenscope.showReport'),
  };
  for (const [state, enter] of Object.entries(states)) {
    it(`with ${state}`, async function () {
      this.timeout(180_000);
      await runEveryCommand(enter);
    });
  }

  it('with no model', async function () {
    this.timeout(180_000);
    const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-no-model-'));
    const gone = join(scratch, 'gone');
    cpSync(join(product().extensionPath, 'models/stories260K'), gone, { recursive: true });
    try {
      await set('model.folder', gone);
      await vscode.commands.executeCommand('tokenscope.showReport');
      await until(
        async () => engine().state.model?.folder,
        folder => folder === gone,
      );
      rmSync(scratch, { recursive: true });
      process.kill(engine().pid!, 'SIGKILL');
      await runEveryCommand(() => open('let a = 1;\n'));
      assert.equal(engine().state.kind, 'failed');
    } finally {
      await set('model.folder', undefined);
    }
  });

  async function runEveryCommand(enter: () => Thenable<unknown>): Promise<void> {
    const silent: string[] = [];
    const errors: Said[] = [];
    let entered: string | undefined;
    for (const name of names()) {
      if (shown() !== entered) {
        await closeEditors();
        await enter();
        entered = shown();
      }
      const said = await runAndDismiss(`tokenscope.${name}`);
      errors.push(...said.filter(({ kind }) => kind === 'error'));
      const isSeen = said.length > 0 || shown() !== entered;
      if (!isSeen && !(name in ANSWERED_ELSEWHERE)) silent.push(name);
    }
    assert.deepEqual(errors, []);
    assert.deepEqual(silent, [], 'commands without an answer');
  }
});
