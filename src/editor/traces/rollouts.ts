// Rollouts in the editor: run with progress that can be cancelled, remembered for each trace, and drawn where the
// success curve falls.
import {
  DecorationRangeBehavior,
  EventEmitter,
  OverviewRulerLane,
  ThemeColor,
  window,
  workspace,
  type Disposable,
  type Memento,
  type TextDocument,
  type TextEditorDecorationType,
} from 'vscode';
import { createHash } from 'node:crypto';
import { formatDuration, formatShare } from '../../core/format';
import { definedFields } from '../../core/json';
import { shareInterval, type CliffClass } from '../../core/traces/successCurve';
import type { TraceRange } from '../../core/traces/traceText';
import { Cancelled, UserError } from '../../core/errors';
import type { ModelInfo } from '../../protocol/models';
import type {
  RollingEvent,
  RolloutFall,
  RolloutOptions,
  RolloutPoint,
  RolloutView,
} from '../../protocol/traces';
import type { Refusal } from '../../protocol/types';
import type { Engine } from '../engine/engineClient';
import { cancellable } from '../ui/progress';
import { onDidChangeAny } from '../setting';
import { settings } from '../settings';
import type { DocumentSync } from '../engine/documentSync';
import { rangeOf } from '../ui/editorRanges';
import type { TraceDocuments, WrittenText } from './traceDocuments';

const KEY = 'rollouts';
/** Curves that are remembered in a workspace. */
const KEPT = 50;

/** Most rollouts that are run to measure how long they take: a model draws as many at once. */
const MEASURED_ROLLOUTS = 32;
/** How long that may take itself. */
const MEASURED_MS = 10_000;

export interface RolloutEstimate {
  readonly msPerRollout: number;
  /** False: they took longer than was waited for. */
  readonly isKnown: boolean;
  /** All prefixes of the trace; undefined where they are not known. */
  readonly prefixes: number | undefined;
}

export class Rollouts {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  /** Created when the first trace is drawn. */
  private types: Record<RolloutFall['kind'], TextEditorDecorationType> | undefined;
  private progress: ((event: RollingEvent) => void) | undefined;
  private readonly listeners: Disposable[];

  constructor(
    private readonly engine: Engine,
    private readonly texts: DocumentSync,
    private readonly traces: TraceDocuments,
    private readonly memento: Memento,
  ) {
    this.listeners = [
      window.onDidChangeVisibleTextEditors(() => this.draw()),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (traces.traceOf(document)) this.draw();
      }),
      traces.onDidChange(() => this.draw()),
      engine.onEvent('rolling', event => this.progress?.(event)),
      // A curve belongs to a model and to these settings.
      onDidChangeAny(Object.values(settings.traces), () => this.refresh()),
      engine.onDidChangeState(({ kind }) => {
        if (kind === 'ready') this.refresh();
      }),
    ];
  }

  /** The rollouts of a trace by the open model, with the present settings. */
  viewOf(open: WrittenText): RolloutView | undefined {
    const { state } = this.engine;
    if (state.kind !== 'ready') return undefined;
    const key = keyOf(open, state.model, optionsFor(open, false));
    return this.memento.get<Record<string, RolloutView>>(KEY)?.[key];
  }

  /** `whole`: from every token. Undefined if it was cancelled. */
  async run(
    document: TextDocument,
    open: WrittenText,
    whole: boolean,
  ): Promise<RolloutView | undefined> {
    // Model and settings may be others once it is done.
    let own = '';
    const found = await this.withProgress('rolling out the trace', signal =>
      this.engine.call(running => {
        const at = this.texts.ensureSent(running, document);
        const options = optionsFor(open, whole);
        own = keyOf(open, running.model, { ...options, whole: false });
        return running.remote.rollOut({ ...at, start: open.text.start, options }, signal);
      }),
    );
    if (!found) return undefined;
    if ('refused' in found) throw new UserError(`Could not roll out: ${found.refused}.`);
    const all = Object.entries(this.memento.get<Record<string, RolloutView>>(KEY) ?? {});
    const kept = all.filter(([key]) => key !== own).slice(1 - KEPT);
    await this.memento.update(KEY, Object.fromEntries([...kept, [own, found]]));
    this.refresh();
    return found;
  }

  /**
   * How long rollouts of a trace take at most, by those from its beginning. Undefined if it was cancelled, a refusal
   * where the model cannot continue the trace.
   */
  async estimate(
    document: TextDocument,
    open: WrittenText,
  ): Promise<RolloutEstimate | Refusal | undefined> {
    const began = performance.now();
    const measured = new AbortController();
    const stop = () => measured.abort(new Cancelled());
    const timer = setTimeout(stop, MEASURED_MS);
    let first: RollingEvent | undefined;
    // Of the whole curve, which counts all prefixes; with a seed that no rollouts are remembered of.
    const seed = Math.floor(Math.random() * 2 ** 31);
    const whole = optionsFor(open, true);
    const rollouts = Math.min(whole.rollouts, MEASURED_ROLLOUTS);
    const options = { ...whole, rollouts, seed };
    const title = 'Tokenscope: measuring how long rollouts take';
    try {
      const found = await cancellable(title, signal => {
        this.progress = event => {
          first ??= event;
          stop();
        };
        const both = AbortSignal.any([signal, measured.signal]);
        const ended = this.engine.call(running => {
          const at = this.texts.ensureSent(running, document);
          return running.remote.rollOut({ ...at, start: open.text.start, options }, both);
        });
        return ended.catch((error: unknown) => {
          if (signal.aborted || !measured.signal.aborted) throw error;
          return null;
        });
      });
      if (found === undefined) return undefined;
      if (found && 'refused' in found) return found;
      const ms = (performance.now() - began) / rollouts;
      return { msPerRollout: ms, isKnown: first !== undefined, prefixes: first?.most };
    } finally {
      clearTimeout(timer);
      this.progress = undefined;
    }
  }

  /** Continues the trace with another token at an offset. */
  async branch(document: TextDocument, open: WrittenText, at: number, id: number) {
    const found = await this.withProgress('continuing with another token', signal =>
      this.engine.call(running => {
        const sent = this.texts.ensureSent(running, document);
        const options = optionsFor(open, false);
        return running.remote.branch({ ...sent, start: open.text.start, at, id, options }, signal);
      }),
    );
    if (found && 'refused' in found) throw new UserError(`Could not continue: ${found.refused}.`);
    return found;
  }

  private refresh(): void {
    this.changed.fire();
    this.draw();
  }

  private draw(): void {
    for (const editor of window.visibleTextEditors) {
      const open = this.traces.traceOf(editor.document);
      if (!open) continue;
      // A file that was read again may have given the trace another text, which its document shows a moment later.
      const isShown = editor.document.getText() === open.text.text;
      const falls = (isShown && this.viewOf(open)?.falls) || [];
      this.types ??= fallTypes();
      for (const [kind, type] of Object.entries(this.types)) {
        const own = falls.filter(fall => fall.kind === kind);
        editor.setDecorations(
          type,
          own.map(fall => rangeOf(editor.document, fall)),
        );
      }
    }
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.changed.dispose();
    for (const type of Object.values(this.types ?? {})) type.dispose();
  }

  private async withProgress<T>(
    title: string,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await cancellable(`Tokenscope: ${title}`, (signal, progress) => {
        const began = performance.now();
        this.progress = ({ points, most }) => {
          const left = ((performance.now() - began) / points) * (most - points);
          const time = left > 0 ? `, at most ${formatDuration(left)} left` : '';
          progress.report({ message: `${points} of at most ${most} prefixes${time}` });
        };
        return work(signal);
      });
    } finally {
      this.progress = undefined;
    }
  }
}

/** Of the rollouts of a trace by a model, whose name says the dtype of its weights. */
function keyOf(open: WrittenText, { folder, name }: ModelInfo, options: RolloutOptions): string {
  const key = [folder, name, JSON.stringify(options), open.text.text].join('\0');
  return createHash('sha256').update(key).digest('base64url').slice(0, 22);
}

function optionsFor({ trace }: WrittenText, whole: boolean): RolloutOptions {
  const { rollouts, temperature, topP, maxTokens, answerPattern, seed } = settings.traces;
  const checker = settings.traces.checker.value;
  return {
    rollouts: rollouts.value,
    temperature: temperature.value,
    topP: topP.value,
    maxTokens: maxTokens.value,
    pattern: answerPattern.value,
    seed: seed.value,
    whole,
    ...definedFields({ target: trace.target, isRight: trace.isRight }),
    ...(checker.length > 0 && workspace.isTrusted ? { checker } : {}),
  };
}

/** The shares at the points before a range and at its end: 'p(success) 62 % → 3 %'; none where these are one point. */
export function shareChange(view: RolloutView, { utf16Start, utf16End }: TraceRange): string[] {
  const before = view.points.findLast(({ utf16 }) => utf16 <= utf16Start);
  const after = view.points.findLast(({ utf16 }) => utf16 <= utf16End);
  // A view that an earlier version kept has no problem.
  if (!before || !after || before === after || view.problem) return [];
  const name = view.isSuccess ? 'p(success)' : 'agreement';
  return [`${name} ${shareAt(before)} → ${shareAt(after)}`];
}

/** The share of right rollouts: '62 %'. */
export function shareAt({ right, rollouts }: Pick<RolloutPoint, 'right' | 'rollouts'>): string {
  return formatShare(right, rollouts);
}

/** With its 95 % confidence interval: '3 % of 32 (95 %: 1 to 14 %)'. */
function shareWithInterval(point: RolloutPoint): string {
  const [low, high] = shareInterval(point);
  const interval = `${Math.round(100 * low)} to ${formatShare(high, 1)}`;
  return `${shareAt(point)} of ${point.rollouts} (95 %: ${interval})`;
}

const KINDS: Record<RolloutFall['kind'], readonly [kind: string, words: string]> = {
  critical: ['Critical token', 'no rollout after this token is right'],
  cliff: ['Cliff', 'the share of right rollouts drops here by more than chance explains'],
  pivotal: ['Pivotal token', 'the share of right rollouts changes by a fifth or more'],
};

/** What the model held of the token of a cliff. */
const CLIFFS: Record<CliffClass, string> = {
  deterministic: 'the model was sure of it',
  uncertain: 'the model was undecided',
  'sampled off': 'another token was more likely',
};

/** What a fall is, and what makes it one. */
export function fallWords({ kind, cliff, recovers }: RolloutFall): { kind: string; words: string } {
  const [name, words] = KINDS[kind];
  const more = [
    cliff && CLIFFS[cliff],
    recovers !== undefined && (recovers ? 'a later prefix recovers' : 'no later prefix recovers'),
  ];
  return { kind: name, words: [words, ...more.filter(Boolean)].join('; ') };
}

/** The shares before and after a fall. */
export function fallChange({ before, after }: RolloutFall): string {
  const from = before ? shareWithInterval(before) : 'not rolled out';
  return `Right before it: ${from}. After it: ${shareWithInterval(after)}.`;
}

function fallTypes() {
  return {
    critical: fallType('criticalToken', '2px solid'),
    cliff: fallType('cliffToken', '2px dashed'),
    pivotal: fallType('pivotalToken', '1px dotted'),
  };
}

/** The style of the border shows the kind without colour. */
function fallType(color: string, border: string): TextEditorDecorationType {
  return window.createTextEditorDecorationType({
    border,
    borderColor: new ThemeColor(`tokenscope.${color}`),
    overviewRulerColor: new ThemeColor(`tokenscope.${color}`),
    overviewRulerLane: OverviewRulerLane.Full,
    rangeBehavior: DecorationRangeBehavior.ClosedClosed,
  });
}
