// Measures inside an extension host: how long activation takes, and how long the host is blocked while a
// 1 MB file is inspected, beside an empty extension and the idle host in the same run.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';

const IDLE_MS = 15_000;
const INSPECT_MS = 30_000;

export async function run(): Promise<void> {
  const empty = await activation('tokenscope.empty');
  const tokenscope = await activation('tokenscope.tokenscope');
  const [folder] = vscode.workspace.workspaceFolders!;
  await vscode.window.showTextDocument(vscode.Uri.joinPath(folder!.uri, 'large.ts'));
  await pause(3000);
  const idle = await longestBlock(() => pause(IDLE_MS));
  const inspecting = await longestBlock(async () => {
    await vscode.commands.executeCommand('tokenscope.toggleOverlay');
    await pause(INSPECT_MS);
  });
  const typing = await longestBlock(async () => {
    const editor = vscode.window.activeTextEditor!;
    for (let key = 0; key < 60; key++) {
      await editor.edit(edit => edit.insert(new vscode.Position(1, 0), 'x'));
      await pause(80);
    }
  });
  const report = join(process.env.TOKENSCOPE_REPORT!);
  writeFileSync(report, JSON.stringify({ empty, tokenscope, idle, inspecting, typing }));
}

/** How long it took, as the extension's timed main tells. */
async function activation(id: string): Promise<unknown> {
  const extension = vscode.extensions.getExtension(id)!;
  if (extension.isActive) throw new Error(`${id} is active already`);
  return extension.activate();
}

interface Block {
  wallMs: number;
  /** Of the host's own thread: what other processes took from it is not in it. */
  cpuMs: number;
}

/** The longest time that the event loop did not turn while something went on. */
async function longestBlock(during: () => Promise<void>): Promise<Block> {
  const cpuMs = () => {
    // @ts-expect-error In the host's Node; newer than the one that Tokenscope asks for.
    const { user, system } = process.threadCpuUsage() as NodeJS.CpuUsage;
    return (user + system) / 1000;
  };
  const now = (): Block => ({ wallMs: performance.now(), cpuMs: cpuMs() });
  const longest: Block = { wallMs: 0, cpuMs: 0 };
  let going = true;
  let last = now();
  const turn = () => {
    const { wallMs, cpuMs } = now();
    longest.wallMs = Math.max(longest.wallMs, wallMs - last.wallMs);
    longest.cpuMs = Math.max(longest.cpuMs, cpuMs - last.cpuMs);
    last = { wallMs, cpuMs };
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
