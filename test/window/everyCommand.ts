// Every command of the manifest in one state of the window: none of that is an error, and each has an answer that is seen.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { product, until, type Said } from './support';

/** Commands whose answer is somewhere that this test does not look. */
const ANSWERED_ELSEWHERE: Record<string, string> = {
  openSample: 'the sample may be open already; test/ui/walkthrough.spec.ts',
  toggleOverlay: 'the status item',
  turnOverlayOn: 'the status item and the text',
  turnOverlayOff: 'the status item and the text',
  openInspector: 'the panel',
  findFeature: 'the panel',
  showReport: 'the page, which may be there already',
  showLog: 'the panel',
  showCompletionEvents: 'the panel',
};

/** It works for minutes, with progress, where a model can score. */
const LONG = ['calibrateCompletions'];

const names = () =>
  (
    product().packageJSON as { contributes: { commands: { command: string }[] } }
  ).contributes.commands.map(({ command }) => command.replace('tokenscope.', ''));

/** What is rejected and heard by nobody, of the extension's own code. */
function hearUnhandled(heard: string[]): vscode.Disposable {
  const note = (reason: unknown) => {
    const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    if (text.includes(product().extensionPath)) heard.push(text);
  };
  process.on('unhandledRejection', note);
  return { dispose: () => process.off('unhandledRejection', note) };
}

/** Runs a command; what it asks is dismissed, and it ends. Answers what was said meanwhile. */
async function runAndDismiss(command: string): Promise<Said[]> {
  const said: Said[] = [];
  const listener = product().exports.onDidSay(each => said.push(each));
  let isDone = false;
  const done = Promise.resolve(vscode.commands.executeCommand(command)).finally(
    () => (isDone = true),
  );
  const dismiss = async () => {
    const asks = (test: (each: Said) => boolean) => !isDone && said.some(test);
    if (asks(({ kind }) => kind === 'list' || kind === 'input'))
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    if (asks(({ actions }) => actions.length > 0))
      await vscode.commands.executeCommand('notifications.clearAll');
  };
  await Promise.race([
    done,
    until(
      async () => {
        await dismiss();
        return isDone || said;
      },
      seen => seen === true,
      10,
    ),
  ]);
  await done;
  listener.dispose();
  return said;
}

export async function closeEditors(): Promise<void> {
  const count = () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).length;
  await until(
    async () => {
      if (count() > 0)
        await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      return count();
    },
    left => left === 0,
  );
}

/** The tabs, and the text that is active. */
const shown = () =>
  JSON.stringify([
    vscode.window.tabGroups.all.map(({ tabs }) =>
      tabs.map(({ label, isActive }) => [label, isActive]),
    ),
    vscode.window.activeTextEditor?.document.uri.toString(),
    vscode.window.activeTextEditor?.document.getText(),
  ]);

/** Where the cursors are. */
const places = () =>
  JSON.stringify(vscode.window.visibleTextEditors.map(({ selections }) => selections));

/**
 * `enter` brings the window from no editor into the state; it does so again where a command has left it. `canScore`:
 * whether there is a model that can.
 */
export async function runEveryCommand(
  enter: () => Thenable<unknown>,
  canScore = true,
): Promise<void> {
  const silent: string[] = [];
  const errors: unknown[] = [];
  const unhandled: string[] = [];
  const listener = hearUnhandled(unhandled);
  let entered: string | undefined;
  for (const name of names()) {
    if (canScore && LONG.includes(name)) continue;
    if (shown() !== entered) {
      await closeEditors();
      await enter();
      entered = shown();
    }
    const before = places();
    const said = await runAndDismiss(`tokenscope.${name}`);
    errors.push(...said.filter(({ kind }) => kind === 'error').map(({ text }) => [name, text]));
    const isSeen = said.length > 0 || shown() !== entered || places() !== before;
    if (!isSeen && !(name in ANSWERED_ELSEWHERE)) silent.push(name);
  }
  // A rejection is told of when the promises of its turn are done.
  await new Promise(setImmediate);
  listener.dispose();
  assert.deepEqual({ errors, unhandled, silent }, { errors: [], unhandled: [], silent: [] });
}
