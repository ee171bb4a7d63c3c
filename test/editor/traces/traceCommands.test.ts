// The commands about traces: where they lead from the cursor, what they say of rollouts before and after, and what closes.
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { TraceText } from '../../../src/core/traces/traceText';
import { settings } from '../../../src/editor/settings';
import { traceCommands } from '../../../src/editor/traces/traceCommands';
import type { RolloutFall, RolloutView } from '../../../src/protocol/traces';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { fake, TabInputText, Uri, window } from '../../support/vscode';

const FILE = Uri.file('/traces.jsonl');
const TEXT = new TraceText({ question: 'why', text: 'one two three' });
const STEPS = [
  { start: 0, end: 4 },
  { start: 4, end: 8 },
  { start: 8, end: 13 },
];

let editor: FakeEditor;
let done: unknown[];
let open: { file: Uri; index: number } | undefined;
let files: { file: Uri; content?: { traces: unknown[] } }[];
let loaded: { traces: unknown[]; problems: string[] };
let view: RolloutView | undefined;
let estimates: unknown[];
let isAllowed: boolean;
/** Of the model, once it was asked about something that was refused. */
let offered: boolean;

beforeEach(() => {
  editor = new FakeEditor(new FakeDocument(TEXT.text));
  window.activeTextEditor = editor;
  [done, estimates, fake.messages.length, fake.lists.length] = [[], [], 0, 0];
  [fake.commands.length, fake.opened.length] = [0, 0];
  open = { file: FILE, index: 1 };
  files = [{ file: FILE, content: { traces: [{}, {}, {}] } }];
  loaded = { traces: [{}], problems: [] };
  [view, isAllowed, offered] = [undefined, true, true];
  fake.choose = items => items[0];
  fake.unsetAll();
});

const traces = {
  get files() {
    return files;
  },
  traceOf: () => open && { ...open, text: TEXT, trace: { steps: STEPS } },
  load: async (file: Uri) => (done.push(['load', file.path]), loaded),
  show: async (file: Uri, index: number) => void done.push(['show', file.path, index]),
  close: (file: Uri) => void done.push(['close', file.path]),
};
const rollouts = {
  viewOf: () => view,
  estimate: async () => (done.push('estimate'), estimates.shift()),
  run: async (_: unknown, __: unknown, whole: boolean) => (done.push(['run', whole]), view),
};
const whatIf = {
  branchOf: () => undefined,
  ask: async (_: unknown, document: unknown, utf16: number, given: unknown) =>
    void done.push(['ask', document === editor.document.asDocument, utf16, given]),
  list: () => void done.push('list'),
};
const model = {
  choose: async () => isAllowed,
  offer: async (reason: string) => (done.push(['offer', reason]), offered),
};
const commands = traceCommands(traces as never, rollouts as never, whatIf as never, model as never);
const run = async (name: string, ...given: unknown[]) => commands[name]!(...given);
const cursor = () => editor.document.offsetAt(editor.selection.active);
const said = () => fake.messages.map(([, text]) => text);

/** Where a command leads, from each place; undefined where it stays and says so. */
async function leads(command: string, from: number[]) {
  const to: (number | undefined)[] = [];
  for (const at of from) {
    editor.select(at);
    fake.messages.length = 0;
    await run(command);
    to.push(fake.messages.length > 0 ? undefined : cursor());
    if (fake.messages.length > 0) expect(cursor()).toBe(at);
  }
  return to;
}

test('steps: the next one below the cursor, and the one above it', async () => {
  const starts = STEPS.map(step => TEXT.rangeOf(step).utf16Start);
  expect(starts).toEqual([4, 8, 12]);
  expect(await leads('nextStep', [0, 4, 5, 8, 12, 16])).toEqual([
    4,
    8,
    8,
    12,
    undefined,
    undefined,
  ]);
  expect(said()).toEqual(['No step below']);
  expect(await leads('previousStep', [16, 12, 9, 8, 4, 0])).toEqual([
    12,
    8,
    8,
    4,
    undefined,
    undefined,
  ]);
  expect(said()).toEqual(['No step above']);
});

const fall = (utf16Start: number, kind: RolloutFall['kind'], token = 0) =>
  ({ utf16Start, utf16End: utf16Start + 1, kind, token }) as RolloutFall;
const viewOf = (changes: Partial<RolloutView> = {}): RolloutView => ({
  points: Array.from({ length: 12 }, () => ({}) as RolloutView['points'][0]),
  falls: [fall(6, 'cliff', 2), fall(10, 'critical', 5), fall(14, 'cliff', 7)],
  target: '4',
  isSuccess: true,
  problem: null,
  model: 'reasoner',
  ms: 61_400,
  ...changes,
});

test('drops: like steps, once the trace is rolled out', async () => {
  await expect(run('nextFall')).rejects.toThrow(/has not been rolled out\. Run "Tokenscope: Roll/);
  view = viewOf();
  expect(await leads('nextFall', [0, 6, 11, 14])).toEqual([6, 10, 14, undefined]);
  expect(said()).toEqual(['No fall below']);
  expect(await leads('previousFall', [16, 14, 6])).toEqual([14, 10, undefined]);
});

test('traces: the next and the previous one of the file, as far as there are any', async () => {
  await run('nextTrace');
  await run('previousTrace');
  expect(done.splice(0)).toEqual([
    ['show', '/traces.jsonl', 2],
    ['show', '/traces.jsonl', 0],
  ]);
  open = { file: FILE, index: 0 };
  await run('previousTrace');
  open = { file: FILE, index: 2 };
  await run('nextTrace');
  files = [{ file: Uri.file('/other') }];
  await run('nextTrace');
  expect(done).toEqual([]);
  expect(said()).toEqual([
    'No previous trace in this file',
    'No next trace in this file',
    'No next trace in this file',
  ]);
});

test('without a trace each says how to open one', async () => {
  open = undefined;
  for (const name of ['nextTrace', 'nextStep', 'nextFall', 'rollOut', 'whatIf', 'showBranches'])
    await expect(run(name)).rejects.toThrow(/^No reasoning trace is active\. Open a file with /);
  await expect(run('showTrace')).rejects.toThrow(/^No reasoning trace is active/);
  files = [];
  await expect(run('closeTraces')).rejects.toThrow(/^No reasoning trace is active/);
  expect(done).toEqual([]);
});

test('a file that is opened shows its first trace, the list where it has several, and what it lost', async () => {
  await run('openTraces', FILE);
  expect(done.splice(0)).toEqual([
    ['load', '/traces.jsonl'],
    ['show', '/traces.jsonl', 0],
  ]);
  expect([fake.commands, said()]).toEqual([[], []]);
  loaded = { traces: [{}, {}], problems: ['line 2: no JSON', 'line 9: no text'] };
  await run('openTraces');
  // The file of the active editor.
  expect(done[0]).toEqual(['load', '/a.txt']);
  expect(fake.commands).toEqual([['tokenscope.traces.focus']]);
  expect(said()).toEqual(['2 parts of the file could not be read: line 2: no JSON']);
  window.activeTextEditor = undefined;
  done = [];
  await run('openTraces');
  expect(done).toEqual([]);
});

test('one file is closed, or all of them', async () => {
  files.push({ file: Uri.file('/other.jsonl') });
  const traceIn = (file: Uri) =>
    new TabInputText(
      Uri.from({
        scheme: 'tokenscope-trace',
        path: '/t.trace',
        query: JSON.stringify({ file: String(file), index: 0 }),
      }),
    );
  const [own, other] = files.map(({ file }) => ({ input: traceIn(file) }));
  window.tabGroups.all = [{ tabs: [own, other] }];
  onTestFinished(() => void (window.tabGroups.all = []));
  await run('closeTraces', { file: Uri.file('/other.jsonl') });
  expect(done.splice(0)).toEqual([['close', '/other.jsonl']]);
  expect(window.tabGroups.all).toEqual([{ tabs: [own] }]);
  await run('closeTraces');
  expect(window.tabGroups.all).toEqual([{ tabs: [] }]);
  expect(done).toEqual([
    ['close', '/traces.jsonl'],
    ['close', '/other.jsonl'],
  ]);
  expect(said()).toEqual(['Closed 1 file of traces', 'Closed 2 files of traces']);
});

test('the numbers of traces are the file’s or the model’s in turn', async () => {
  const before = settings.traces.scoresFrom.value;
  const other = before === 'file' ? 'model' : 'file';
  await run('toggleSaved');
  expect(settings.traces.scoresFrom.value).toBe(other);
  await run('toggleSaved');
  expect(settings.traces.scoresFrom.value).toBe(before);
  const words = {
    model: 'Numbers of traces are from the model',
    file: 'Numbers of traces are from the file, if it has log-probabilities',
  };
  expect(said()).toEqual([words[other], words[before]]);
});

const shownExtents = () =>
  fake.lists.at(-1)!.map(item => (item as unknown as { detail: string }).detail);

test('before rollouts it is said how long they take, as far as that is known', async () => {
  fake.set('traces.rollouts', 10);
  view = viewOf();
  estimates = [{ msPerRollout: 1000, isKnown: true, prefixes: 100 }];
  await run('rollOut');
  expect(done.splice(0)).toEqual(['estimate', ['run', false]]);
  // Ten rollouts of a second from 24 prefixes, or from all.
  const [drops, curve] = shownExtents();
  expect(drops).toMatch(/^At most 4 min\. 10 rollouts from each of about 12 to 24 prefixes/);
  expect(curve).toBe('At most 17 min. 10 rollouts after every token of the trace.');
  fake.choose = items => items[1];
  estimates = [{ msPerRollout: 1000, isKnown: false, prefixes: 6 }];
  await run('rollOut');
  expect(done.splice(0)).toEqual(['estimate', ['run', true]]);
  expect(shownExtents()[0]).toMatch(/^More than 60 s\./);
  fake.choose = () => undefined;
  estimates = [{ msPerRollout: 1000, isKnown: true, prefixes: undefined }];
  await run('rollOut');
  expect(done).toEqual(['estimate']);
  expect(shownExtents()[0]).toMatch(/^At most 4 min\./);
  expect(shownExtents()[1]).toBe('10 rollouts after every token of the trace.');
});

test('nothing is rolled out where no model may, or the user lets it be', async () => {
  isAllowed = false;
  await run('rollOut');
  expect(done).toEqual([]);
  isAllowed = true;
  estimates = [undefined];
  await run('rollOut');
  expect(done.splice(0)).toEqual(['estimate']);
  estimates = [{ refused: 'it has no trees' }];
  offered = false;
  await run('rollOut');
  expect(done.splice(0)).toEqual(['estimate', ['offer', 'it has no trees']]);
  offered = true;
  estimates = [{ refused: 'a' }, { refused: 'it has no trees' }];
  await expect(run('rollOut')).rejects.toThrow('Could not roll out: it has no trees.');
  estimates = [{ refused: 'a' }, { msPerRollout: 1, isKnown: true, prefixes: 3 }];
  done = [];
  await run('rollOut');
  expect(done).toEqual(['estimate', ['offer', 'a'], 'estimate', ['run', false]]);
  // It was cancelled.
  expect(said()).toEqual([]);
});

test('after rollouts it is said what was found, and of what', async () => {
  const words = async (changes: Partial<RolloutView>) => {
    view = viewOf(changes);
    estimates = [{ msPerRollout: 1, isKnown: true, prefixes: 3 }];
    await run('rollOut');
    return said().at(-1);
  };
  expect(await words({})).toBe(
    '12 prefixes in 61 s, right answers: the critical token is index 5 of the trace, from 0, 2 cliffs. F8 goes to the next drop.',
  );
  expect(await words({ isSuccess: false, falls: [fall(6, 'cliff'), fall(7, 'pivotal')] })).toBe(
    '12 prefixes in 61 s, agreement with 4: no critical token, 1 cliff. F8 goes to the next drop.',
  );
  expect(await words({ isSuccess: false, target: null, falls: [] })).toContain(
    'agreement with no answer: no critical token, 0 cliffs.',
  );
  expect(await words({ problem: 'no rollout had an answer' })).toBe(
    'Rolled out 12 prefixes, but no rollout had an answer.',
  );
});

test('another token is tried where a model may', async () => {
  const given = { utf16: 7, id: 3, model: '/m' };
  await run('whatIf', given);
  isAllowed = false;
  await run('whatIf', given);
  await run('showBranches');
  expect(done).toEqual([['ask', true, 7, given], 'list']);
});

test('another token is tried where the command was run, whatever is active when the model is open', async () => {
  editor.select(9);
  onTestFinished(() => void (model.choose = async () => isAllowed));
  model.choose = async () => {
    window.activeTextEditor = new FakeEditor(new FakeDocument('another'));
    return true;
  };
  await run('whatIf');
  expect(done).toEqual([['ask', true, 9, undefined]]);
});
