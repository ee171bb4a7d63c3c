// A program with all the processes that it starts: they are ended together, also where this process ends first.
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

const isWindows = process.platform === 'win32';

/** Ends the group that `$0` leads when its input ends. */
const GUARD = 'read -r _; kill -s KILL -- "-$0"';

export interface ProcessGroup {
  readonly child: ChildProcess;
  /** Ends the program and what it started, except what made itself a session of its own. */
  kill(): void;
}

/** Runs a program as the leader of a group of its own, with its arguments and without a shell. */
export function spawnGroup(
  command: string,
  args: readonly string[],
  stdio: NonNullable<SpawnOptions['stdio']>,
): ProcessGroup {
  // On Windows a detached program would open a window; there its children are known by their parent.
  const child = spawn(command, args, { stdio, shell: false, detached: !isWindows });
  if (child.pid !== undefined && !isWindows) guard(child, child.pid);
  return { child, kill: () => endGroup(child) };
}

function endGroup(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (isWindows) {
    spawn('taskkill', ['/T', '/F', '/PID', String(pid)], { stdio: 'ignore' }).on('error', () =>
      child.kill('SIGKILL'),
    );
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

/** The editor ends the engine without a warning. What waits for the end of its input notices that of every kind. */
function guard(child: ChildProcess, pid: number): void {
  const shell = spawn('/bin/sh', ['-c', GUARD, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Where there is no shell, the group is ended by `kill` alone.
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  child.on('exit', () => shell.kill('SIGKILL'));
}
