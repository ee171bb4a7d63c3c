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
import { showHiddenInLines } from '../../core/showHidden';
import { formatNumberOf } from '../../core/format';
import type { Trace, TraceFile } from '../../core/traces/trace';
import { UserError } from '../../core/errors';
import { plainText } from '../ui/plainText';
import type { ListedFile, TraceDocuments } from './traceDocuments';

export type TraceNode =
  | ({ readonly kind: 'file' } & ListedFile)
  | { readonly kind: 'trace'; readonly file: Uri; readonly index: number; readonly trace: Trace }
  | { readonly kind: 'problem'; readonly file: Uri; readonly words: string };

const QUESTION_CHARACTERS = 60;

/** The view of open traces, and the key of the manifest's conditions that shows it. */
export function registerTraceTree(traces: TraceDocuments): Disposable[] {
  const treeDataProvider = new TraceTree(traces);
  const updateContext = () =>
    void commands.executeCommand('setContext', 'tokenscope.hasTraces', traces.files.length > 0);
  updateContext();
  return [
    window.createTreeView('tokenscope.traces', { treeDataProvider }),
    traces.onDidChange(updateContext),
  ];
}

class TraceTree implements TreeDataProvider<TraceNode> {
  readonly onDidChangeTreeData: Event<void>;

  constructor(private readonly traces: TraceDocuments) {
    this.onDidChangeTreeData = traces.onDidChange;
  }

  async getChildren(node?: TraceNode): Promise<TraceNode[]> {
    if (!node) return this.traces.files.map(file => ({ kind: 'file', ...file }));
    if (node.kind !== 'file') return [];
    const { file, problem } = node;
    if (problem !== undefined) return [{ kind: 'problem', file, words: problem }];
    const content = node.content ?? (await this.contentOf(file));
    // A file that cannot be read any more is listed again, with the reason.
    if (!content) return [];
    return [
      ...content.problems.map(words => ({ kind: 'problem', file, words }) as const),
      ...content.traces.map((trace, index) => ({ kind: 'trace', file, index, trace }) as const),
    ];
  }

  /** Undefined for a file that cannot be read any more. */
  private async contentOf(file: Uri): Promise<TraceFile | undefined> {
    try {
      return await this.traces.contentNow(file);
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  getTreeItem = itemOf;
}

export function itemOf(node: TraceNode): TreeItem {
  if (node.kind === 'file') return fileItem(node);
  if (node.kind === 'trace') return traceItem(node.file, node.index, node.trace);
  const words = plainText(node.words);
  const item = new TreeItem(words);
  item.iconPath = new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  item.tooltip = words;
  return item;
}

function fileItem({ file, content }: ListedFile): TreeItem {
  const item = new TreeItem(plainText(basename(file.path)), TreeItemCollapsibleState.Expanded);
  if (content) {
    const traces = formatNumberOf(content.traces.length, 'trace');
    item.description = plainText(`${content.format}, ${traces}`);
  }
  item.resourceUri = file;
  item.iconPath = ThemeIcon.File;
  item.contextValue = 'traceFile';
  return item;
}

function traceItem(file: Uri, index: number, trace: Trace): TreeItem {
  const { question, answer, isRight, notes, logprobs, refused } = trace;
  const item = new TreeItem(plainText(trace.id));
  const asked = question?.trim().split('\n', 1)[0] ?? '';
  const verdict = isRight === undefined ? '' : isRight ? 'right' : 'wrong';
  const short =
    asked.length > QUESTION_CHARACTERS ? `${asked.slice(0, QUESTION_CHARACTERS)}…` : asked;
  const parts = [verdict, answer === undefined ? '' : `answer ${answer}`, short];
  item.description = plainText(parts.filter(Boolean).join(' · '));
  const known = [
    verdictWords(trace),
    question,
    ...notes,
    ...logprobs.map(({ source }) => `Log-probabilities: ${source}`),
    ...refused.map(reason => `Log-probabilities not shown: ${reason}`),
  ]
    .filter(Boolean)
    .join('\n\n');
  item.tooltip = showHiddenInLines(known);
  item.iconPath = iconOf(isRight);
  item.accessibilityInformation = { label: `${item.label}, ${item.description}` };
  item.command = {
    command: 'tokenscope.showTrace',
    title: 'Show Trace',
    arguments: [file.toString(), index],
  };
  return item;
}

/** 'Wrong, says the file: answer 112, right answer 82'; empty where nothing is known. */
function verdictWords({ answer, target, isRight }: Trace): string {
  const known = [
    ...(answer === undefined ? [] : [`answer ${answer}`]),
    ...(target === undefined ? [] : [`right answer ${target}`]),
  ].join(', ');
  const verdict =
    isRight === undefined ? '' : `${isRight ? 'Right' : 'Wrong'}, according to the file`;
  return [verdict, known].filter(Boolean).join(': ');
}

function iconOf(isRight: boolean | undefined): ThemeIcon {
  if (isRight === undefined) return new ThemeIcon('note');
  return isRight
    ? new ThemeIcon('pass', new ThemeColor('testing.iconPassed'))
    : new ThemeIcon('error', new ThemeColor('testing.iconFailed'));
}
