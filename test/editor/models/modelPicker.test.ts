// The list of models while the engine looks for them, with a list and an engine that the test moves.
import { expect, test, vi } from 'vitest';
import type { MachineModel, PlaceProblem } from '../../../src/core/models/machineModel';
import { pickModel, type ModelPickerOptions } from '../../../src/editor/models/modelPicker';
import type { DtypeRow, ModelRow, WaysRow } from '../../../src/editor/models/modelRows';
import { fakeMemory } from '../../support/fakeMemory';
import { machineModel } from '../../support/machineModel';

function open(recent: string[] = [], changes: Partial<ModelPickerOptions> = {}) {
  const on = {
    accept: () => {},
    hide: () => {},
    button: (_: { item: ModelRow }) => {},
    found: (_: MachineModel) => {},
  };
  let settle: { resolve(problems: PlaceProblem[]): void; reject(error: Error): void };
  const asked: string[][] = [];
  let signal: AbortSignal | undefined;
  const list = {
    items: [] as ModelRow[],
    activeItems: [] as ModelRow[],
    selectedItems: [] as ModelRow[],
    busy: false,
    matchOnDescription: false,
    matchOnDetail: false,
    keepScrollPosition: false,
    placeholder: '',
    onDidAccept: (listener: () => void) => (on.accept = listener),
    onDidHide: (listener: () => void) => (on.hide = listener),
    onDidTriggerItemButton: (listener: typeof on.button) => (on.button = listener),
    show: () => {},
    hide: () => on.hide(),
    dispose: vi.fn(),
  };
  const memory = fakeMemory({ 'tokenscope.recentModels': recent });
  const remote = {
    machineModels: async (request: { recent: string[] }) => asked.push(request.recent),
  };
  const options = {
    engine: {
      onEvent: (_: string, listener: (model: MachineModel) => void) => {
        on.found = listener;
        return { dispose: () => {} };
      },
      aside: (request: (to: typeof remote) => unknown, aborted: AbortSignal) => {
        signal = aborted;
        void request(remote);
        return new Promise<PlaceProblem[]>((resolve, reject) => (settle = { resolve, reject }));
      },
    },
    memory,
    reasoner: '/reasoner',
    now: '/now',
    open: '',
    createList: (title: string, placeholder: string) => ({
      list: Object.assign(list, { title, placeholder }),
      setItems: (rows: readonly ModelRow[]) => {
        list.items = rows.map(row => ({ ...row }));
        list.activeItems = [list.items[1]!];
      },
    }),
    pickPath: vi.fn(async () => '/browsed'),
    getModel: vi.fn(async () => undefined),
    dtypeOf: (path: string) => (path === '/now' ? 'q4' : 'auto'),
    dtypeIcon: { id: 'icon' },
    connectServer: vi.fn(async () => undefined),
    showList: vi.fn(async (items: readonly (DtypeRow | WaysRow)[]) => items[1]),
    ...changes,
  } as unknown as ModelPickerOptions;
  const labels = () => list.items.map(({ label }) => label);
  const choose = (label: string) => {
    list.selectedItems = list.items.filter(item => item.label === label);
    on.accept();
  };
  const picked = pickModel(options);
  const done = (problems: PlaceProblem[] = []) => settle.resolve(problems);
  const fail = (error: Error) => settle.reject(error);
  return { picked, list, labels, choose, on, done, fail, asked, options, signal: () => signal };
}

test('it is there at once, and grows while models are found', async () => {
  const { list, labels, on, done, asked } = open(['/old']);
  expect(labels()).toContain('coder');
  expect(list.busy).toBe(true);
  expect(asked).toEqual([['/now', '/old']]);
  on.found(machineModel({ name: 'first' }));
  await vi.waitFor(() => expect(labels()).toContain('first'));
  on.found(machineModel({ name: 'second', path: '/second' }));
  done([{ place: 'ollama', path: '/locked', problem: 'permission denied' }]);
  await vi.waitFor(() => expect(list.busy).toBe(false));
  expect(labels()).toEqual(expect.arrayContaining(['first', 'second', 'The list is incomplete']));
});

test('the row that the user has come to stays active', async () => {
  const { list, on, done } = open();
  list.activeItems = list.items.filter(({ label }) => label === 'reasoner');
  on.found(machineModel());
  done();
  await vi.waitFor(() => expect(list.busy).toBe(false));
  expect(list.activeItems.map(({ label }) => label)).toEqual(['reasoner']);
  expect(list.items).toContain(list.activeItems[0]);
});

test('the list says what is chosen now, and is searched in all that its rows say', () => {
  const { list } = open([], { open: 'qwen' });
  expect(list).toMatchObject({
    placeholder: 'now: qwen, /now',
    matchOnDescription: true,
    matchOnDetail: true,
    keepScrollPosition: true,
  });
  expect(open([], { now: '' }).list.placeholder).toBe('now: the built-in code model');
  expect(open([], { now: 'http://127.0.0.1:8080#model=a' }).list.placeholder).toBe(
    'now: http://127.0.0.1:8080',
  );
});

test('models that come soon after each other are shown together, the first one active', async () => {
  vi.useFakeTimers();
  const { list, labels, on } = open();
  const drawn = list.items;
  for (const name of ['a', 'b']) on.found(machineModel({ name, path: `/${name}` }));
  expect(list.items).toBe(drawn);
  await vi.advanceTimersByTimeAsync(100);
  expect(labels()).toEqual(expect.arrayContaining(['a', 'b']));
  expect(list.activeItems.map(({ label }) => label)).toEqual(['coder']);
  const again = list.items;
  await vi.advanceTimersByTimeAsync(1000);
  expect(list.items).toBe(again);
  on.found(machineModel({ name: 'c', path: '/c' }));
  on.hide();
  on.found(machineModel({ name: 'd', path: '/d' }));
  await vi.advanceTimersByTimeAsync(1000);
  expect(list.items).toBe(again);
  vi.useRealTimers();
});

test('servers are not described, as nothing is asked of them', () => {
  const recent = ['http://127.0.0.1:8080', '/old'];
  expect(open(recent, { now: '' }).asked).toEqual([['/old']]);
});

test('the row that the user has come to may be gone', async () => {
  const { list, done } = open();
  list.activeItems = [{ label: 'gone', choice: { path: '/gone' } }];
  done();
  await vi.waitFor(() => expect(list.busy).toBe(false));
  expect(list.activeItems.map(({ label }) => label)).toEqual(['coder']);
});

test('a model is answered by its path, and nothing more is looked for', async () => {
  const { picked, list, labels, choose, on, done, signal } = open();
  on.found(machineModel({ name: 'mine', path: '/mine' }));
  done();
  await vi.waitFor(() => expect(labels()).toContain('mine'));
  choose('mine');
  expect(await picked).toEqual({ path: '/mine' });
  expect(signal()!.aborted).toBe(true);
  expect(list.dispose).toHaveBeenCalled();
});

test('the built-in code model is an empty path', async () => {
  const { picked, choose } = open();
  choose('coder');
  expect(await picked).toEqual({ path: '' });
});

test('a note chooses nothing, and the list stays', async () => {
  const { picked, choose, list, done, on } = open();
  done([{ place: 'hub', path: '/locked', problem: 'no' }]);
  await vi.waitFor(() => expect(list.busy).toBe(false));
  choose('The list is incomplete');
  expect(list.dispose).not.toHaveBeenCalled();
  on.hide();
  expect(await picked).toBeUndefined();
});

test('dismissed it ends the search, whose end is no error', async () => {
  const { picked, on, fail, signal } = open();
  on.hide();
  expect(await picked).toBeUndefined();
  expect(signal()!.aborted).toBe(true);
  fail(new Error('killed'));
});

test('a search that fails says so in the list', async () => {
  const { list, fail } = open();
  fail(new Error('it ended'));
  await vi.waitFor(() =>
    expect(list.items.map(({ detail }) => detail)).toContain('This machine: it ended.'),
  );
});

test('folders and files are browsed for', async () => {
  for (const [label, kind] of [
    ['Open a folder…', 'folders'],
    ['Open a file…', 'files'],
  ] as const) {
    const { picked, choose, options } = open();
    choose(label);
    expect(await picked).toEqual({ path: '/browsed' });
    expect(options.pickPath).toHaveBeenCalledWith(expect.objectContaining({ [kind]: {} }));
  }
});

test('a model from the hub is opened by what gets it', async () => {
  const { picked, choose, options } = open();
  choose('Get a model from the Hugging Face hub…');
  expect(await picked).toBeUndefined();
  expect(options.getModel).toHaveBeenCalledOnce();
});

test('a server is connected to by what asks for its address', async () => {
  const { picked, choose, options } = open();
  choose('Connect to a server…');
  expect(await picked).toBeUndefined();
  expect(options.connectServer).toHaveBeenCalledOnce();
});

test('a model or a format of weights that is not chosen opens nothing', async () => {
  for (const answers of [[undefined], [0, undefined]]) {
    const showList = async (items: readonly unknown[]) => {
      const at = answers.shift();
      return at === undefined ? undefined : items[at];
    };
    const { picked, labels, on, done, choose } = open([], { showList: showList as never });
    for (const path of ['/a', '/b']) on.found(machineModel({ name: path, path, dtypes: DTYPES }));
    done();
    await vi.waitFor(() => expect(labels()).toContain('Change the weight format…'));
    choose('Change the weight format…');
    expect(await picked).toBeUndefined();
    expect(answers).toEqual([]);
  }
});

const DTYPES = [
  { dtype: 'fp32', memory: 5e8, written: 5e8, isDefault: 'they fit' },
  { dtype: 'q4', memory: 2e8, written: 2e8, isDefault: null },
];

test('a model whose weights can be kept in several ways has a button, which lists them', async () => {
  const { picked, list, labels, on, done, options } = open();
  on.found(machineModel({ name: 'one way', path: '/one' }));
  on.found(machineModel({ name: 'mine', path: '/mine', dtypes: DTYPES }));
  done();
  await vi.waitFor(() => expect(labels()).toContain('mine'));
  const buttons = (label: string) => list.items.find(item => item.label === label)!.buttons;
  expect(buttons('one way')).toBeUndefined();
  expect(buttons('mine')).toEqual([{ iconPath: { id: 'icon' }, tooltip: 'Choose Weight Format…' }]);
  on.button({ item: list.items.find(({ label }) => label === 'mine')! });
  expect(await picked).toEqual({ path: '/mine', dtype: 'q4' });
  const [rows] = vi.mocked(options.showList).mock.calls[0]!;
  expect(rows.map(({ description }) => description)).toEqual([
    'fp32 · 500 MB of memory',
    'q4 · 200 MB of memory',
  ]);
});

test('a row lists them of every model, that which is chosen now first, and needs no mouse', async () => {
  const { picked, labels, on, done, choose, options } = open();
  on.found(machineModel({ name: 'one way', path: '/one' }));
  on.found(machineModel({ name: 'a', path: '/a', family: 'llama', dtypes: DTYPES }));
  on.found(machineModel({ place: 'recent', name: 'now', path: '/now', dtypes: DTYPES }));
  done();
  await vi.waitFor(() => expect(labels()).toContain('Change the weight format…'));
  choose('Change the weight format…');
  expect(await picked).toEqual({ path: '/a', dtype: 'q4' });
  const [models, ways] = vi.mocked(options.showList).mock.calls.map(([rows]) => rows);
  expect(models).toMatchObject([
    { label: 'now', description: 'recent · current choice' },
    { label: 'a', description: 'Ollama · llama' },
  ]);
  expect(ways).toMatchObject([
    { label: '32-bit floats' },
    { description: 'q4 · 200 MB of memory' },
  ]);
});

test('of one model alone that row asks for the way at once', async () => {
  const { picked, labels, on, done, choose, options } = open();
  on.found(machineModel({ place: 'recent', name: 'now', path: '/now', dtypes: DTYPES }));
  done();
  await vi.waitFor(() => expect(labels()).toContain('Change the weight format…'));
  choose('Change the weight format…');
  expect(await picked).toEqual({ path: '/now', dtype: 'q4' });
  const [rows] = vi.mocked(options.showList).mock.calls[0]!;
  expect(rows).toMatchObject([
    {
      label: '32-bit floats',
      description: 'fp32 · 500 MB of memory',
      detail: '500 MB on the disk, written once; the default: they fit',
    },
    { label: '4 bits', description: 'q4 · 200 MB of memory · in use' },
  ]);
});
