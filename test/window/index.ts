// Runs inside an extension host: the cases of this folder under Mocha, with a report for the runner.
// A throw makes the host end with code 1; the report says what happened where that is not enough.
import Mocha from 'mocha';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';

interface CaseReport {
  name: string;
  state: 'passed' | 'failed' | 'skipped';
  ms: number;
  reason?: string;
}

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter: 'min', reporterOptions: {} });
  for (const file of readdirSync(__dirname)) {
    if (file.endsWith('.test.js')) mocha.addFile(join(__dirname, file));
  }
  const cases: CaseReport[] = [];
  const note = (test: Mocha.Test, state: CaseReport['state'], reason?: string) =>
    cases.push({
      name: test.fullTitle(),
      state,
      ms: test.duration ?? 0,
      ...(reason === undefined ? {} : { reason }),
    });
  const failures = await new Promise<number>(resolve => {
    mocha
      .reporter(Mocha.reporters.Base)
      .run(resolve)
      .on('pass', test => note(test, 'passed'))
      .on('fail', (test, error) => note(test, 'failed', String(error?.stack ?? error)))
      .on('pending', test => note(test, 'skipped', 'the case skips itself'));
  });
  const { appHost, uiKind } = vscode.env;
  const host = {
    appHost,
    ui: vscode.UIKind[uiKind],
    vscode: vscode.version,
    node: process.versions.node,
    electron: process.versions.electron ?? null,
  };
  const report = process.env.TOKENSCOPE_REPORT;
  if (!report) throw new Error('TOKENSCOPE_REPORT names no file for the report');
  writeFileSync(report, JSON.stringify({ host, cases }));
  if (failures > 0) throw new Error(`${failures} failed`);
}
