// Runs inside an extension host: the cases of this folder under Mocha, with a report for the runner.
// A throw makes the host end with code 1; the report says what happened where that is not enough.
import Mocha from 'mocha';
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { isNamed } from '../filtered.mjs';

interface CaseReport {
  name: string;
  state: 'passed' | 'failed' | 'skipped';
  ms: number;
  reason?: string;
}

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter: 'min', reporterOptions: {} });
  const files = readdirSync(__dirname).filter(file => file.endsWith('.test.js'));
  const isHere = (file: string) => file.startsWith('restricted') === !vscode.workspace.isTrusted;
  for (const file of files.filter(isHere)) mocha.addFile(join(__dirname, file));
  await mocha.loadFilesAsync();
  const cases: CaseReport[] = [];
  const note = (test: Mocha.Test, state: CaseReport['state'], reason?: string) =>
    cases.push({
      name: test.fullTitle(),
      state,
      ms: test.duration ?? 0,
      ...(reason === undefined ? {} : { reason }),
    });
  const filters = JSON.parse(process.env.TOKENSCOPE_FILTERS ?? '[]') as string[];
  const { chosen, unused } = chosenCases(mocha, filters);
  mocha.grep(chosen);
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
  writeFileSync(report, JSON.stringify({ host, cases, unused }));
  if (failures > 0) throw new Error(`${failures} failed`);
}

/** Those whose file or name the runner's filters name, and the filters that name none; all where it has none. */
function chosenCases(mocha: Mocha, filters: readonly string[]) {
  const cases: { title: string; file: string }[] = [];
  mocha.suite.eachTest(test => {
    cases.push({ title: test.fullTitle(), file: basename(test.file ?? '', '.test.js') });
  });
  const namedBy = (filter: string) =>
    cases.filter(({ title, file }) => isNamed([title, file], filter)).map(({ title }) => title);
  const titles = filters.length > 0 ? filters.flatMap(namedBy) : cases.map(({ title }) => title);
  const escaped = titles.map(title => title.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const unused = filters.filter(filter => namedBy(filter).length === 0);
  return { chosen: titles.length > 0 ? new RegExp(`^(${escaped.join('|')})$`) : /$^/, unused };
}
