// A tree of the open files' traces, with what the files say of them.
import { basename } from 'node:path';
import {
  commands,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  type Disposable,
  type Event,
  type TreeDataProvider,
  type Uri,
} from 'vscode';
import { formatNumberOf } from '../../core/format';
import type { Trace, TraceFile } from '../../core/traces/trace';
import type { TraceDocuments } from './traceDocuments';

export type TraceNode =
  | { readonly kind: 'file'; readonly file: Uri; readonly content: TraceFile }
  | { readonly kind: 'trace'; readonly file: Uri; readonly index: number; readonly trace: Trace }
  | { readonly kind: 'problem'; readonly file: Uri; readonly words: string };

const QUESTION_CHARACTERS = 60;

/** The view of open traces, and the key of the manifest's conditions that shows it. */
export function registerTraceTree(traces: TraceDocuments): Disposable[] {
  const treeDataProvider = new TraceTree(traces);
  return [
    window.createTreeView('tokenscope.traces', { treeDataProvider }),
    traces.onDidChange(() => {
      void commands.executeCommand('setContext', 'tokenscope.hasTraces', traces.files.length > 0);
    }),
  ];
}

class TraceTree implements TreeDataProvider<TraceNode> {
  readonly onDidChangeTreeData: Event<void>;

  constructor(private readonly traces: TraceDocuments) {
    this.onDidChangeTreeData = traces.onDidChange;
  }

  getChildren(node?: TraceNode): TraceNode[] {
    if (!node) return this.traces.files.map(file => ({ kind: 'file', ...file }));
    if (node.kind !== 'file') return [];
    const { file, content } = node;
    return [
      ...content.problems.map(words => ({ kind: 'problem', file, words }) as const),
      ...content.traces.map((trace, index) => ({ kind: 'trace', file, index, trace }) as const),
    ];
  }

  getTreeItem(node: TraceNode): TreeItem {
    if (node.kind === 'file') return fileItem(node.file, node.content);
    if (node.kind === 'problem') {
      const item = new TreeItem(node.words);
      item.iconPath = new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
      item.tooltip = node.words;
      return item;
    }
    return traceItem(node.file, node.index, node.trace);
  }
}

function fileItem(file: Uri, { format, traces }: TraceFile): TreeItem {
  const item = new TreeItem(basename(file.path), TreeItemCollapsibleState.Expanded);
  item.description = `${format}, ${formatNumberOf(traces.length, 'trace')}`;
  item.resourceUri = file;
  item.iconPath = ThemeIcon.File;
  item.contextValue = 'traceFile';
  return item;
}

function traceItem(file: Uri, index: number, trace: Trace): TreeItem {
  const { question, answer, target, isRight, notes, logprobs, refused } = trace;
  const item = new TreeItem(trace.id);
  const asked = question?.trim().split('\n', 1)[0] ?? '';
  const verdict = isRight === undefined ? '' : isRight ? 'right' : 'wrong';
  const short =
    asked.length > QUESTION_CHARACTERS ? `${asked.slice(0, QUESTION_CHARACTERS)}…` : asked;
  item.description = [verdict, answer === undefined ? '' : `answer ${answer}`, short]
    .filter(Boolean)
    .join(' · ');
  item.tooltip = [
    question,
    ...(answer === undefined ? [] : [`Answer: ${answer}`]),
    ...(target === undefined ? [] : [`Right answer: ${target}`]),
    ...notes,
    ...logprobs.map(({ source }) => `Log-probabilities: ${source}`),
    ...refused.map(reason => `Log-probabilities not shown: ${reason}`),
  ]
    .filter(Boolean)
    .join('\n\n');
  item.iconPath = iconOf(isRight);
  item.accessibilityInformation = { label: `${trace.id}, ${item.description}` };
  item.command = {
    command: 'tokenscope.showTrace',
    title: 'Show Trace',
    arguments: [file.toString(), index],
  };
  return item;
}

function iconOf(isRight: boolean | undefined): ThemeIcon {
  if (isRight === undefined) return new ThemeIcon('note');
  return isRight
    ? new ThemeIcon('pass', new ThemeColor('testing.iconPassed'))
    : new ThemeIcon('error', new ThemeColor('testing.iconFailed'));
}
