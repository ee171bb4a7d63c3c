// Continues a trace with another token, and shows the result beside the original, as a diff. The branches of a trace form
// a tree that the workspace remembers; files are never changed.
import { randomUUID } from 'node:crypto';
import { commands, Uri, workspace, type Disposable, type Memento, type TextDocument } from 'vscode';
import { formatPercent } from '../../core/format';
import { isScored } from '../../core/lenses/scoreWords';
import { displayToken } from '../../core/displayToken';
import { UserError } from '../../core/errors';
import type { EngineQueries } from '../engine/engineQueries';
import { overUnchanged } from '../engine/unchangedText';
import { showList } from '../ui/messages';
import { cancellableIfLong } from '../ui/progress';
import { branchesBelow, parentOf, rootOf, textOf, type Branch } from './branches';
import { shareAt, type Rollouts } from './rollouts';
import type { WrittenText } from './traceDocuments';

const SCHEME = 'tokenscope-branch';
const KEY = 'branches';
const KEPT = 200;

/** A token of a model in place of the one at an offset. */
export interface OtherToken {
  readonly utf16: number;
  readonly id: number;
  /** The model's folder: the id is of another token in others. */
  readonly model: string;
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

  /**
   * Branches a trace or branch at an offset: with the given token of the open model, or with one that the user chooses.
   * Throws `UserError`, also where the token is not among the alternatives.
   */
  async ask(
    open: WrittenText,
    document: TextDocument,
    utf16Start: number,
    given?: OtherToken,
  ): Promise<void> {
    if (utf16Start < open.text.start) {
      throw new UserError('The cursor is in the question. Place it on a token of the answer.');
    }
    const at = { utf16Start, utf16End: utf16Start + 1 };
    const isScoredNow = await cancellableIfLong('Scoring the token', async signal => {
      await overUnchanged(signal, 'the scoring', () =>
        this.queries.passes.scoreRange(document, at, signal),
      );
      return true;
    });
    if (!isScoredNow) return;
    const { view } = await this.queries.view(document, at, { details: 'alternatives' });
    const { scores } = view;
    const { opened } = this.queries;
    if (!scores || view.ids.length === 0 || !isScored(scores, 0)) {
      throw new UserError('This token has no score, so there are no alternatives to choose from.');
    }
    const own = view.ids[0]!;
    const items = Array.from(scores.topIds.subarray(0, scores.topK), (id, i) => ({
      id,
      label: displayToken(view.topBytes![0]![i]!),
      description: formatPercent(scores.topLogprobs[i]!),
    })).filter(({ id }) => id !== own);
    const isOpen = opened.kind === 'ready' && opened.model.folder === given?.model;
    const id = isOpen ? given?.id : undefined;
    const choice =
      id === undefined
        ? await showList(items, {
            title: 'Tokenscope: try which token here?',
            placeHolder: `in place of ${displayToken(view.bytes![0]!)}, ${formatPercent(scores.logprobs[0]!)}`,
          })
        : items.find(item => item.id === id);
    if (id !== undefined && !choice)
      throw new UserError(
        'The token is no longer among the alternatives here. Choose one with "Tokenscope: Try Another Token Here…".',
      );
    if (!choice) return;
    // Its id would be of another token.
    if (this.queries.opened !== opened)
      throw new UserError('Another model was opened in the meantime. Choose again.');
    const found = await this.rollouts.branch(document, open, view.utf16Starts[0]!, choice.id);
    if (!found) return;
    const [answer] = found.answers;
    const verdict = found.target === null ? '' : `, ${shareAt(found)} right of ${found.rollouts}`;
    const most = answer ? `, mostly ${answer.text} (${answer.count})` : ', no answer';
    const { target } = open.trace;
    const known = this.branchWith(document.uri);
    const trace = known ? known.trace : document.uri.toString();
    const branch: Branch = {
      id: randomUUID(),
      from: open.text.text,
      question: open.text.text.slice(0, open.text.start),
      text: found.text,
      ...(target !== undefined && { target }),
      ...(trace !== undefined && { trace }),
      name: `${choice.label} in place of ${displayToken(view.bytes![0]!)}${most}${verdict}`,
    };
    await this.memento.update(KEY, [...this.branches(), branch].slice(-KEPT));
    await this.show(document.uri, branch);
  }

  /** Lists the branches of a trace and theirs in turn, also from one of them. */
  async list(open: WrittenText, uri: Uri): Promise<void> {
    const all = this.branches();
    const current = this.branchWith(uri);
    const items = branchesBelow(all, current ? rootOf(all, current) : open.text.text).map(
      ({ branch, depth }) => ({
        // Lists show several blanks as one.
        label: `${'↳ '.repeat(depth)}${branch.name}`,
        ...(branch.id === current?.id && { description: 'shown now' }),
        branch,
      }),
    );
    if (items.length === 0) {
      throw new UserError(
        'This trace has no branch yet. Create one with "Tokenscope: Try Another Token Here…".',
      );
    }
    const choice = await showList(items, {
      title: 'Tokenscope: branches of this trace',
    });
    if (choice) await this.show(this.originalOf(choice.branch, uri), choice.branch);
  }

  dispose(): void {
    this.registration.dispose();
  }

  private branchAt(uri: Uri): WrittenText | undefined {
    const branch = this.branchWith(uri);
    if (!branch) return undefined;
    const { target } = branch;
    return { trace: target === undefined ? {} : { target }, text: textOf(branch) };
  }

  private branchWith({ scheme, query }: Uri): Branch | undefined {
    return scheme === SCHEME ? this.branches().find(({ id }) => id === query) : undefined;
  }

  /** The document that a branch was made in. `shown`: the one in the editor, where it is not remembered. */
  private originalOf(branch: Branch, shown: Uri): Uri {
    const parent = parentOf(this.branches(), branch);
    if (parent) return addressOf(parent);
    return branch.trace === undefined ? shown : Uri.parse(branch.trace, true);
  }

  private branches(): readonly Branch[] {
    return this.memento.get<Branch[]>(KEY) ?? [];
  }

  private async show(original: Uri, branch: Branch): Promise<void> {
    const title = `What if: ${branch.name}`;
    await commands.executeCommand('vscode.diff', original, addressOf(branch), title);
  }
}

function addressOf({ id }: Branch): Uri {
  return Uri.from({ scheme: SCHEME, path: '/what if.trace', query: id });
}
