// What if another token stood here: the trace goes on from there beside the original, with a diff. The branches of a
// trace are a tree that the workspace remembers; files are never touched.
import { randomUUID } from 'node:crypto';
import {
  commands,
  Uri,
  window,
  workspace,
  type Disposable,
  type Memento,
  type TextDocument,
} from 'vscode';
import { formatPercent } from '../../core/format';
import { displayToken } from '../../core/displayToken';
import { TraceText } from '../../core/traces/traceText';
import { UserError } from '../../core/errors';
import type { Inspection } from '../engine/scoringPasses';
import { shareAt, type Rollouts } from './rollouts';
import type { WrittenText } from './traceDocuments';

const SCHEME = 'tokenscope-branch';
const KEY = 'branches';
const KEPT = 200;

export interface Branch {
  /** The oldest are forgotten, so a place in the list is no name. */
  readonly id: string;
  /** Text of the document that it leaves: of a trace, or of another branch. */
  readonly from: string;
  readonly question: string;
  /** What the model wrote. */
  readonly text: string;
  readonly target?: string;
  /** For people: which token, and what rollouts say. */
  readonly name: string;
}

/** That stands at an offset instead. */
export interface OtherToken {
  readonly utf16: number;
  readonly id: number;
}

export class WhatIf {
  private readonly registration: Disposable;

  constructor(
    private readonly inspection: Inspection,
    private readonly rollouts: Rollouts,
    private readonly memento: Memento,
  ) {
    this.registration = workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: uri => this.branchAt(uri)?.text.text ?? '',
    });
  }

  /** Undefined for documents that are no branch. A branch can be left by others, as a trace can. */
  branchOf(document: TextDocument | undefined): WrittenText | undefined {
    return document?.uri.scheme === SCHEME ? this.branchAt(document.uri) : undefined;
  }

  /** In the active editor, which shows this trace or branch: at its cursor, by a token that is asked for, where none is given. */
  async ask(open: WrittenText, given?: OtherToken): Promise<void> {
    const { document, selection } = window.activeTextEditor!;
    const utf16Start = given?.utf16 ?? document.offsetAt(selection.active);
    if (utf16Start < open.text.start) {
      throw new UserError('The cursor is in the question. Put it on a token of the trace.');
    }
    await this.inspection.score(document, [{ utf16Start, utf16End: utf16Start + 1 }]);
    const at = { utf16Start, utf16End: utf16Start + 1 };
    const { view } = await this.inspection.view(document, at, { details: 'alternatives' });
    const { scores } = view;
    if (!scores || view.ids.length === 0 || scores.ranks[0] === 0) {
      throw new UserError(
        'The model says nothing of what stands here: there is no other token to choose.',
      );
    }
    const own = view.ids[0]!;
    const items = Array.from(scores.topIds.subarray(0, scores.topK), (id, i) => ({
      id,
      label: displayToken(view.topBytes![0]![i]!),
      description: formatPercent(scores.topLogprobs[i]!),
    })).filter(({ id }) => id !== own);
    const choice = given
      ? items.find(({ id }) => id === given.id)
      : await window.showQuickPick(items, {
          title: 'Tokenscope: what if another token stood here?',
          placeHolder: `in place of ${displayToken(view.bytes![0]!)}, ${formatPercent(scores.logprobs[0]!)}`,
        });
    if (!choice) return;
    const found = await this.rollouts.branch(document, open, view.utf16Starts[0]!, choice.id);
    if (!found) return;
    const [answer] = found.answers;
    const verdict = found.target === null ? '' : `, ${shareAt(found)} right of ${found.rollouts}`;
    const most = answer ? `, mostly ${answer.text} (${answer.count})` : ', no answer';
    const { target } = open.trace;
    const branch: Branch = {
      id: randomUUID(),
      from: open.text.text,
      question: open.text.text.slice(0, open.text.start),
      text: found.text,
      ...(target !== undefined && { target }),
      name: `${choice.label} in place of ${displayToken(view.bytes![0]!)}${most}${verdict}`,
    };
    await this.memento.update(KEY, [...this.branches(), branch].slice(-KEPT));
    await this.show(document.uri, branch);
  }

  /** The branches that leave a text, and those that leave these. */
  async list(open: WrittenText, uri: Uri): Promise<void> {
    const all = this.branches();
    // Two branches may lead back to one text.
    const met = new Set<string>();
    const below = (from: string, depth: number): { label: string; branch: Branch }[] => {
      if (met.has(from)) return [];
      met.add(from);
      return all
        .filter(branch => branch.from === from)
        .flatMap(branch => [
          { label: `${'    '.repeat(depth)}${branch.name}`, branch },
          ...below(textOf(branch).text, depth + 1),
        ]);
    };
    const items = below(open.text.text, 0);
    if (items.length === 0) {
      throw new UserError(
        'This trace has no branch yet. "Tokenscope: What If Another Token Stood Here..." makes one.',
      );
    }
    const choice = await window.showQuickPick(items, {
      title: 'Tokenscope: branches of this trace',
    });
    if (choice) await this.show(uri, choice.branch);
  }

  dispose(): void {
    this.registration.dispose();
  }

  private branchAt({ query }: Uri): WrittenText | undefined {
    const branch = this.branches().find(({ id }) => id === query);
    if (!branch) return undefined;
    const { target } = branch;
    return { trace: target === undefined ? {} : { target }, text: textOf(branch) };
  }

  private branches(): readonly Branch[] {
    return this.memento.get<Branch[]>(KEY) ?? [];
  }

  private async show(original: Uri, { id, name }: Branch): Promise<void> {
    const uri = Uri.from({ scheme: SCHEME, path: '/what if.trace', query: id });
    await commands.executeCommand('vscode.diff', original, uri, `What if: ${name}`);
  }
}

function textOf({ question, text }: Branch): TraceText {
  return new TraceText(question ? { question, text } : { text });
}
