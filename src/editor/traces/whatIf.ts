// Continues a trace with another token, and shows the result beside the original, as a diff. The branches of a trace form
// a tree that the workspace remembers; files are never changed.
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
import type { EngineQueries } from '../engine/engineQueries';
import { shareAt, type Rollouts } from './rollouts';
import type { WrittenText } from './traceDocuments';

const SCHEME = 'tokenscope-branch';
const KEY = 'branches';
const KEPT = 200;

export interface Branch {
  /** The oldest are dropped, so an index would not last. */
  readonly id: string;
  /** The text that it branches from: of a trace, or of another branch. */
  readonly from: string;
  readonly question: string;
  /** What the model wrote. */
  readonly text: string;
  readonly target?: string;
  /** For people: the token, and the result of the rollouts. */
  readonly name: string;
}

/** A token in place of the one at an offset. */
export interface OtherToken {
  readonly utf16: number;
  readonly id: number;
}

export class WhatIf {
  private readonly registration: Disposable;

  constructor(
    private readonly queries: EngineQueries,
    private readonly rollouts: Rollouts,
    private readonly memento: Memento,
  ) {
    this.registration = workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: uri => this.branchAt(uri)?.text.text ?? '',
    });
  }

  /** Undefined for a document that is not a branch. A branch can be branched again, as a trace can. */
  branchOf(document: TextDocument | undefined): WrittenText | undefined {
    return document?.uri.scheme === SCHEME ? this.branchAt(document.uri) : undefined;
  }

  /** Branches the trace or branch in the active editor: with the given token, or with one that the user chooses at the cursor. */
  async ask(open: WrittenText, given?: OtherToken): Promise<void> {
    const { document, selection } = window.activeTextEditor!;
    const utf16Start = given?.utf16 ?? document.offsetAt(selection.active);
    if (utf16Start < open.text.start) {
      throw new UserError('The cursor is in the question. Place it on a token of the answer.');
    }
    await this.queries.passes.score(document, [{ utf16Start, utf16End: utf16Start + 1 }]);
    const at = { utf16Start, utf16End: utf16Start + 1 };
    const { view } = await this.queries.view(document, at, { details: 'alternatives' });
    const { scores } = view;
    if (!scores || view.ids.length === 0 || scores.ranks[0] === 0) {
      throw new UserError('This token has no score, so there are no alternatives to choose from.');
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

  /** Lists the branches of a text and theirs in turn. */
  async list(open: WrittenText, uri: Uri): Promise<void> {
    const all = this.branches();
    // Two branches may have the same text.
    const seen = new Set<string>();
    const below = (from: string, depth: number): { label: string; branch: Branch }[] => {
      if (seen.has(from)) return [];
      seen.add(from);
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
        'This trace has no branch yet. "Tokenscope: Try Another Token Here…" makes one.',
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
