// What if another token stood here: the trace goes on from there beside the original, with a diff. The branches of a
// trace are a tree that the workspace remembers; files are never touched.
import { commands, Uri, window, workspace, type Disposable, type Memento } from 'vscode';
import { percentOf } from '../../core/odds';
import { spell } from '../../core/spell';
import { UserError } from '../../protocol/channel';
import type { Inspection } from '../inspection';
import { share, type Rollouts } from './rollouts';
import type { OpenTrace } from './traceDocuments';

const SCHEME = 'tokenscope-branch';
const KEY = 'branches';
const KEPT = 200;

export interface Branch {
  /** Text of the trace or branch that it leaves. */
  readonly from: string;
  readonly text: string;
  /** For people: which token, and what rollouts say. */
  readonly name: string;
}

export class WhatIf {
  private readonly registration: Disposable;

  constructor(
    private readonly inspection: Inspection,
    private readonly rollouts: Rollouts,
    private readonly memento: Memento,
  ) {
    this.registration = workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: uri => this.branches()[Number(uri.query)]?.text ?? '',
    });
  }

  /** At the cursor of the active editor, which shows this trace. */
  async ask(open: OpenTrace): Promise<void> {
    const { document, selection } = window.activeTextEditor!;
    const utf16Start = document.offsetAt(selection.active);
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
      label: spell(view.topBytes![0]![i]!),
      description: percentOf(scores.topLogprobs[i]!),
    })).filter(({ id }) => id !== own);
    const choice = await window.showQuickPick(items, {
      title: 'Tokenscope: what if another token stood here?',
      placeHolder: `in place of ${spell(view.bytes![0]!)}, ${percentOf(scores.logprobs[0]!)}`,
    });
    if (!choice) return;
    const found = await this.rollouts.branch(document, open, view.utf16Starts[0]!, choice.id);
    if (!found) return;
    const [answer] = found.answers;
    const verdict = found.target === null ? '' : `, ${share(found)} right of ${found.rollouts}`;
    const most = answer ? `, mostly ${answer.text} (${answer.count})` : ', no answer';
    const question = open.text.text.slice(0, open.text.start);
    const branch: Branch = {
      from: document.getText(),
      text: question + found.text,
      name: `${choice.label} in place of ${spell(view.bytes![0]!)}${most}${verdict}`,
    };
    const index = await this.keep(branch);
    await this.show(document.uri, index, branch);
  }

  /** The branches that leave a text, and those that leave these. */
  async list(open: OpenTrace, uri: Uri): Promise<void> {
    const all = this.branches();
    const below = (text: string, depth: number): { label: string; index: number }[] =>
      all.flatMap((branch, index) =>
        branch.from === text
          ? [
              { label: `${'    '.repeat(depth)}${branch.name}`, index },
              ...below(branch.text, depth + 1),
            ]
          : [],
      );
    const items = below(open.text.text, 0);
    if (items.length === 0) {
      throw new UserError(
        'This trace has no branch yet. "Tokenscope: What If Another Token Stood Here..." makes one.',
      );
    }
    const choice = await window.showQuickPick(items, {
      title: 'Tokenscope: branches of this trace',
    });
    if (choice) await this.show(uri, choice.index, all[choice.index]!);
  }

  dispose(): void {
    this.registration.dispose();
  }

  private branches(): readonly Branch[] {
    return this.memento.get<Branch[]>(KEY) ?? [];
  }

  private async keep(branch: Branch): Promise<number> {
    const all = [...this.branches(), branch].slice(-KEPT);
    await this.memento.update(KEY, all);
    return all.length - 1;
  }

  private async show(original: Uri, index: number, { name }: Branch): Promise<void> {
    const uri = Uri.from({ scheme: SCHEME, path: '/what if.trace', query: String(index) });
    await commands.executeCommand('vscode.diff', original, uri, `What if: ${name}`);
  }
}
