// Measures inside an extension host: how long activation takes, and how long the host is blocked while a
// 1 MB file is inspected, beside an empty extension and the idle host in the same run.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';

const IDLE_MS = 15_000;
const INSPECT_MS = 30_000;

export async function run(): Promise<void> {
  const activateMs = {
    empty: await activation('tokenscope.empty'),
    tokenscope: await activation('tokenscope.tokenscope'),
  };
  const [folder] = vscode.workspace.workspaceFolders!;
  await vscode.window.showTextDocument(vscode.Uri.joinPath(folder!.uri, 'large.ts'));
  await pause(3000);
  const idleGapMs = await longestGap(() => pause(IDLE_MS));
  const inspectGapMs = await longestGap(async () => {
    await vscode.commands.executeCommand('tokenscope.toggleOverlay');
    await pause(INSPECT_MS);
  });
  const typeGapMs = await longestGap(async () => {
    const editor = vscode.window.activeTextEditor!;
    for (let key = 0; key < 60; key++) {
      await editor.edit(edit => edit.insert(new vscode.Position(1, 0), 'x'));
      await pause(80);
    }
  });
  const report = join(process.env.TOKENSCOPE_REPORT!);
  writeFileSync(report, JSON.stringify({ activateMs, idleGapMs, inspectGapMs, typeGapMs }));
}

async function activation(id: string): Promise<number> {
  const extension = vscode.extensions.getExtension(id)!;
  if (extension.isActive) throw new Error(`${id} is active already`);
  const began = performance.now();
  await extension.activate();
  return performance.now() - began;
}

/** The longest time that the event loop did not turn while something went on. */
async function longestGap(during: () => Promise<void>): Promise<number> {
  let longest = 0;
  let going = true;
  let last = performance.now();
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (going) setImmediate(turn);
  };
  setImmediate(turn);
  await during();
  going = false;
  return longest;
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
