// Reasoning traces in the editor: opened from files, read as steps, listed in a tree.
import {
  commands,
  Uri,
  window,
  workspace,
  type Disposable,
  type Memento,
  type LogOutputChannel,
} from 'vscode';
import { UserError } from '../../core/errors';
import type { TraceStep } from '../../core/traces/trace';
import type { RolloutView } from '../../protocol/traces';
import { registerTable } from '../ui/commandTable';
import { report } from '../ui/notifications';
import { pickUri } from '../ui/pickPath';
import { settings } from '../settings';
import type { Engine } from '../engine/engineClient';
import type { Inspection } from '../engine/scoringPasses';
import type { DocumentSync } from '../engine/documentSync';
import { putCursor } from '../ui/goTo';
import { Rollouts, shareChange } from './rollouts';
import { WhatIf, type OtherToken } from './whatIf';
import type { OpenTrace, TraceDocuments } from './traceDocuments';
import { registerTraceOutline } from './traceOutline';
import { TraceTree, type TraceNode } from './traceTree';

export interface TraceContext {
  readonly engine: Engine;
  readonly texts: DocumentSync;
  readonly inspection: Inspection;
  readonly traces: TraceDocuments;
  readonly memento: Memento;
  readonly log: LogOutputChannel;
}

export function registerTraces({ engine, texts, inspection, traces, memento, log }: TraceContext): {
  rollouts: Rollouts;
  disposables: Disposable[];
} {
  const rollouts = new Rollouts(engine, texts, traces, memento);
  const whatIf = new WhatIf(inspection, rollouts, memento);
  const notesOf = (open: OpenTrace) => {
    const view = rollouts.viewOf(open);
    return (step: TraceStep) => (view ? shareChange(view, open.text.stretchOf(step)) : []);
  };
  /** A branch can be left again. */
  const written = () => whatIf.branchOf(window.activeTextEditor?.document) ?? activeTrace(traces);
  const tree = new TraceTree(traces);
  const view = window.createTreeView('tokenscope.traces', { treeDataProvider: tree });
  const disposables = [
    traces,
    view,
    workspace.onDidSaveTextDocument(({ uri }) => {
      // A file that holds no trace any more says so when it is opened.
      if (traces.contentOf(uri)) traces.load(uri).catch((error: unknown) => report(log, error));
    }),
    traces.onDidChange(() => {
      void commands.executeCommand('setContext', 'tokenscope.hasTraces', traces.files.length > 0);
    }),
    rollouts,
    whatIf,
    ...registerTraceOutline(traces, notesOf, rollouts.onDidChange),
    ...registerTable(
      {
        async openTraces(argument) {
          const file = argument instanceof Uri ? argument : await chosenFile();
          if (!file) return;
          const { traces: found, problems } = await traces.load(file);
          await traces.show(file, 0);
          if (found.length > 1) await commands.executeCommand('tokenscope.traces.focus');
          if (problems.length > 0) {
            void window.showWarningMessage(
              `Tokenscope: ${problems.length} part${problems.length > 1 ? 's' : ''} of the file could not be read: ${problems[0]}`,
            );
          }
        },
        async toggleSaved() {
          const isSaved = settings.traces.scoresFrom.value === 'file';
          await settings.traces.scoresFrom.update(isSaved ? 'model' : 'file');
          const from = isSaved ? 'the model' : 'the file, where it has some';
          window.setStatusBarMessage(`Numbers of traces are from ${from}`, 4000);
        },
        showTrace: (file, index) => traces.show(Uri.parse(String(file), true), Number(index)),
        closeTraces: node => traces.close((node as TraceNode).file),
        nextTrace: () => goToTrace(traces, 1),
        previousTrace: () => goToTrace(traces, -1),
        async rollOut() {
          const open = activeTrace(traces);
          const whole = await chooseExtent();
          if (whole === undefined) return;
          const found = await rollouts.run(window.activeTextEditor!.document, open, whole);
          if (found) void window.showInformationMessage(resultWords(found));
        },
        nextFall: () => goToFall(traces, rollouts, 1),
        previousFall: () => goToFall(traces, rollouts, -1),
        whatIf: given => whatIf.ask(written(), given as OtherToken | undefined),
        showBranches: () => whatIf.list(written(), window.activeTextEditor!.document.uri),
        nextStep: () => goToStep(traces, 1),
        previousStep: () => goToStep(traces, -1),
      },
      log,
    ),
  ];
  return { rollouts, disposables };
}

/** The file of the active editor, or one that is asked for. */
async function chosenFile(): Promise<Uri | undefined> {
  const active = window.activeTextEditor?.document.uri;
  if (active?.scheme === 'file') return active;
  return pickUri({
    title: 'Tokenscope: open reasoning traces',
    openLabel: 'Open Traces',
    files: {},
    filters: { Traces: ['jsonl', 'json', 'eval', 'md', 'txt', 'yaml'], 'All files': ['*'] },
  });
}

/** Whether all prefixes are rolled out; undefined: none. */
async function chooseExtent(): Promise<boolean | undefined> {
  const rollouts = settings.traces.rollouts.value;
  const choice = await window.showQuickPick(
    [
      {
        whole: false,
        label: 'Find the falls',
        detail: `${rollouts} rollouts from each of a dozen prefixes or two: halves of what lies between two that differ. A fall that recovers may be missed.`,
      },
      {
        whole: true,
        label: 'The whole curve',
        detail: `${rollouts} rollouts behind every token of the trace.`,
      },
    ],
    { title: 'Tokenscope: roll out this trace' },
  );
  return choice?.whole;
}

function resultWords({ points, falls, target, isSuccess, ms }: RolloutView): string {
  const critical = falls.find(({ kind }) => kind === 'critical');
  const of = isSuccess ? 'right answers' : `agreement with ${target ?? 'no answer'}`;
  const found = critical
    ? `the critical token is number ${critical.token + 1} of the trace`
    : 'no critical token';
  const cliffs = falls.filter(({ kind }) => kind === 'cliff').length;
  return `${points.length} prefixes in ${(ms / 1000).toFixed(0)} s, ${of}: ${found}, ${cliffs} ${cliffs === 1 ? 'cliff' : 'cliffs'}. F8 goes to the next fall.`;
}

/** Throws `UserError` where the active editor shows no trace. */
export function activeTrace(traces: TraceDocuments): OpenTrace {
  const open = traces.traceOf(window.activeTextEditor?.document);
  if (open) return open;
  throw new UserError(
    'The active editor shows no trace. "Tokenscope: Open Reasoning Traces..." opens one from a file.',
  );
}

async function goToTrace(traces: TraceDocuments, direction: 1 | -1): Promise<void> {
  const { file, index } = activeTrace(traces);
  const content = traces.files.find(other => other.file.toString() === file.toString())?.content;
  const next = index + direction;
  if (content && next >= 0 && next < content.traces.length) return traces.show(file, next);
  window.setStatusBarMessage(`No ${direction > 0 ? 'next' : 'previous'} trace in this file`, 3000);
}

function goToStep(traces: TraceDocuments, direction: 1 | -1): void {
  const { trace, text } = activeTrace(traces);
  const starts = trace.steps.map(step => text.rangeOf(step).utf16Start);
  goTo(starts, direction, 'step');
}

function goToFall(traces: TraceDocuments, rollouts: Rollouts, direction: 1 | -1): void {
  const view = rollouts.viewOf(activeTrace(traces));
  if (!view) {
    throw new UserError(
      'This trace has not been rolled out. "Tokenscope: Roll Out This Trace..." does.',
    );
  }
  const starts = view.falls.map(({ utf16Start }) => utf16Start);
  goTo(starts, direction, 'fall');
}

function goTo(starts: readonly number[], direction: 1 | -1, what: string): void {
  const editor = window.activeTextEditor!;
  const at = editor.document.offsetAt(editor.selection.active);
  const next =
    direction > 0 ? starts.find(start => start > at) : starts.findLast(start => start < at);
  if (next === undefined) {
    window.setStatusBarMessage(`No ${what} ${direction > 0 ? 'below' : 'above'}`, 3000);
    return;
  }
  putCursor(editor, { utf16Start: next });
}
