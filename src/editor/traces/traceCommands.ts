// Commands about reasoning traces.
import { commands, Uri, window } from 'vscode';
import { formatDuration, formatNumberOf } from '../../core/format';
import { UserError } from '../../core/errors';
import type { RolloutView } from '../../protocol/traces';
import { settings } from '../settings';
import type { CommandTable } from '../ui/commandTable';
import { putCursor } from '../ui/goTo';
import { showBriefly, showList, showMessage } from '../ui/messages';
import { inform } from '../ui/notifications';
import { pickUri } from '../ui/pickPath';
import type { RolloutModel } from './rolloutModel';
import type { RolloutEstimate, Rollouts } from './rollouts';
import type { OpenTrace, TraceDocuments } from './traceDocuments';
import { closeTraceTabs } from './traceTabs';
import type { TraceNode } from './traceTree';
import type { OtherToken, WhatIf } from './whatIf';

/** Prefixes that a search for falls looks at, at most. */
const SEARCHED_PREFIXES = 24;

export function traceCommands(
  traces: TraceDocuments,
  rollouts: Rollouts,
  whatIf: WhatIf,
  model: RolloutModel,
): CommandTable {
  /** The active trace, or a branch of one: a branch can be branched again. */
  const traceOrBranch = () =>
    whatIf.branchOf(window.activeTextEditor?.document) ?? activeTrace(traces);
  return {
    async openTraces(argument) {
      const file = argument instanceof Uri ? argument : await activeOrChosenFile();
      if (!file) return;
      const { traces: found, problems } = await traces.load(file);
      await traces.show(file, 0);
      if (found.length > 1) await commands.executeCommand('tokenscope.traces.focus');
      if (problems.length > 0) {
        const parts = formatNumberOf(problems.length, 'part');
        showMessage('warning', `${parts} of the file could not be read: ${problems[0]}`);
      }
    },
    async toggleSaved() {
      const { scoresFrom } = settings.traces;
      const isSaved = scoresFrom.value === 'file';
      await scoresFrom.update(isSaved ? 'model' : 'file');
      const from = isSaved ? 'the model' : 'the file, if it has log-probabilities';
      showBriefly(`Numbers of traces are from ${from}`);
    },
    showTrace(file, index) {
      if (file === undefined) throw new UserError(NO_TRACE);
      return traces.show(Uri.parse(String(file), true), Number(index));
    },
    async closeTraces(node) {
      if (traces.files.length === 0) throw new UserError(NO_TRACE);
      const files = node ? [(node as TraceNode).file] : traces.files.map(({ file }) => file);
      for (const file of files) {
        traces.close(file);
        await closeTraceTabs(file);
      }
      showBriefly(`Closed ${formatNumberOf(files.length, 'file')} of traces`);
    },
    nextTrace: () => goToTrace(traces, 1),
    previousTrace: () => goToTrace(traces, -1),
    async rollOut() {
      const open = activeTrace(traces);
      const { document } = window.activeTextEditor!;
      if (!(await model.choose())) return;
      let estimate = await rollouts.estimate(document, open);
      if (estimate && 'refused' in estimate) {
        if (!(await model.offer(estimate.refused))) return;
        estimate = await rollouts.estimate(document, open);
      }
      if (!estimate) return;
      if ('refused' in estimate) throw new UserError(`Could not roll out: ${estimate.refused}.`);
      const whole = await chooseExtent(estimate);
      if (whole === undefined) return;
      const found = await rollouts.run(document, open, whole);
      if (found) inform(resultWords(found));
    },
    nextFall: () => goToFall(traces, rollouts, 1),
    previousFall: () => goToFall(traces, rollouts, -1),
    async whatIf(argument) {
      const open = traceOrBranch();
      const given = argument as OtherToken | undefined;
      const { document, selection } = window.activeTextEditor!;
      const utf16 = given?.utf16 ?? document.offsetAt(selection.active);
      if (await model.choose()) await whatIf.ask(open, document, utf16, given);
    },
    showBranches: () => whatIf.list(traceOrBranch(), window.activeTextEditor!.document.uri),
    nextStep: () => goToStep(traces, 1),
    previousStep: () => goToStep(traces, -1),
  };
}

/** The file of the active editor, or one that the user chooses. */
async function activeOrChosenFile(): Promise<Uri | undefined> {
  const active = window.activeTextEditor?.document.uri;
  if (active?.scheme === 'file') return active;
  return pickUri({
    title: 'Tokenscope: open reasoning traces',
    openLabel: 'Open Traces',
    files: {},
    filters: { Traces: ['jsonl', 'json', 'eval', 'md', 'txt', 'yaml'], 'All files': ['*'] },
  });
}

/** Whether all prefixes are to be rolled out. Undefined: nothing was chosen. */
async function chooseExtent(estimate: RolloutEstimate): Promise<boolean | undefined> {
  const rollouts = settings.traces.rollouts.value;
  const { msPerRollout, isKnown, prefixes } = estimate;
  const time = (count: number) => {
    const duration = formatDuration(count * rollouts * msPerRollout);
    return isKnown ? `At most ${duration}` : `More than ${duration}`;
  };
  const searched = Math.min(SEARCHED_PREFIXES, prefixes ?? SEARCHED_PREFIXES);
  const choice = await showList(
    [
      {
        whole: false,
        label: 'Find the drops',
        detail: `${time(searched)}. ${rollouts} rollouts from each of about 12 to ${SEARCHED_PREFIXES} prefixes: binary search between prefixes that differ. A drop that recovers may be missed.`,
      },
      {
        whole: true,
        label: 'The whole curve',
        detail: `${prefixes ? `${time(prefixes)}. ` : ''}${rollouts} rollouts after every token of the trace.`,
      },
    ],
    { title: 'Tokenscope: roll out this trace' },
  );
  return choice?.whole;
}

function resultWords({ points, falls, target, isSuccess, ms, problem }: RolloutView): string {
  if (problem !== null) return `Rolled out ${points.length} prefixes, but ${problem}.`;
  const critical = falls.find(({ kind }) => kind === 'critical');
  const of = isSuccess ? 'right answers' : `agreement with ${target ?? 'no answer'}`;
  const found = critical
    ? `the critical token is index ${critical.token} of the trace, from 0`
    : 'no critical token';
  const cliffs = falls.filter(({ kind }) => kind === 'cliff').length;
  return `${points.length} prefixes in ${(ms / 1000).toFixed(0)} s, ${of}: ${found}, ${formatNumberOf(cliffs, 'cliff')}. F8 goes to the next drop.`;
}

/** Throws `UserError` if the active editor shows no trace. */
function activeTrace(traces: TraceDocuments): OpenTrace {
  const open = traces.traceOf(window.activeTextEditor?.document);
  if (open) return open;
  throw new UserError(NO_TRACE);
}

const NO_TRACE =
  'No reasoning trace is active. Open a file with "Tokenscope: Open Reasoning Traces…", or a sample with "Tokenscope: Open a Sample Trace".';

async function goToTrace(traces: TraceDocuments, direction: 1 | -1): Promise<void> {
  const { file, index } = activeTrace(traces);
  const content = traces.files.find(other => other.file.toString() === file.toString())?.content;
  const next = index + direction;
  if (content && next >= 0 && next < content.traces.length) return traces.show(file, next);
  showBriefly(`No ${direction > 0 ? 'next' : 'previous'} trace in this file`);
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
      'This trace has not been rolled out. Run "Tokenscope: Roll Out This Trace…".',
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
    showBriefly(`No ${what} ${direction > 0 ? 'below' : 'above'}`);
    return;
  }
  putCursor(editor, { utf16Start: next });
}
