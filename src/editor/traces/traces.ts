// Reasoning traces in the editor: opened from files, read as steps, listed in a tree.
import { commands, Selection, Uri, window, type Disposable, type LogOutputChannel } from 'vscode';
import { UserError } from '../../protocol/channel';
import { registerTable } from '../commandTable';
import type { Engine } from '../engine';
import { rangeOf } from '../visible';
import { TraceDocuments, type OpenTrace } from './traceDocuments';
import { registerTraceOutline } from './traceOutline';
import { TraceTree, type TraceNode } from './traceTree';

export function registerTraces(
  engine: Engine,
  log: LogOutputChannel,
): { traces: TraceDocuments; disposables: Disposable[] } {
  const traces = new TraceDocuments(engine);
  const tree = new TraceTree(traces);
  const view = window.createTreeView('tokenscope.traces', { treeDataProvider: tree });
  const disposables = [
    traces,
    view,
    traces.onDidChange(() => {
      void commands.executeCommand('setContext', 'tokenscope.hasTraces', traces.files.length > 0);
    }),
    ...registerTraceOutline(traces, () => [], traces.onDidChange),
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
        showTrace: (file, index) => traces.show(Uri.parse(String(file), true), Number(index)),
        closeTraces: node => traces.close((node as TraceNode).file),
        nextTrace: () => goToTrace(traces, 1),
        previousTrace: () => goToTrace(traces, -1),
        nextStep: () => goToStep(traces, 1),
        previousStep: () => goToStep(traces, -1),
      },
      log,
    ),
  ];
  return { traces, disposables };
}

/** The file of the active editor, or one that is asked for. */
async function chosenFile(): Promise<Uri | undefined> {
  const active = window.activeTextEditor?.document.uri;
  if (active?.scheme === 'file') return active;
  const [file] =
    (await window.showOpenDialog({
      title: 'Tokenscope: open reasoning traces',
      openLabel: 'Open Traces',
      filters: { Traces: ['jsonl', 'json', 'eval', 'md', 'txt', 'yaml'], 'All files': ['*'] },
    })) ?? [];
  return file;
}

/** Throws `UserError` where the active editor shows no trace. */
export function activeTrace(traces: TraceDocuments): OpenTrace {
  const open = traces.of(window.activeTextEditor?.document);
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
  const editor = window.activeTextEditor!;
  const at = editor.document.offsetAt(editor.selection.active);
  const starts = trace.steps.map(step => text.stretchOf(step).utf16Start);
  const next =
    direction > 0 ? starts.find(start => start > at) : starts.findLast(start => start < at);
  if (next === undefined) {
    window.setStatusBarMessage(`No step ${direction > 0 ? 'below' : 'above'}`, 3000);
    return;
  }
  const { start } = rangeOf(editor.document, { utf16Start: next, utf16End: next });
  editor.selection = new Selection(start, start);
  editor.revealRange(editor.selection);
}
