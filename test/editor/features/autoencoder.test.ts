// The autoencoder on the editor's side: opened once for each run of the engine, with the labels of its own; and no answer
// of one is ever given out as another's.
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Memento } from 'vscode';
import { Cancelled, UserError } from '../../../src/core/errors';
import type { DocumentSync } from '../../../src/editor/engine/documentSync';
import type { Engine } from '../../../src/editor/engine/engineClient';
import { Autoencoder } from '../../../src/editor/features/autoencoder';
import { findInWorkspace } from '../../../src/editor/features/findInWorkspace';
import { labelFeature } from '../../../src/editor/features/labelFeature';
import type { OverlayState } from '../../../src/editor/overlay/overlayState';
import type { SaeInfo, UserLabel } from '../../../src/protocol/features';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { fake, window } from '../../support/vscode';

const infoOf = (path: string) => ({ name: path || 'own', path: path || '/own' }) as SaeInfo;
const bytes = (text: string) => new TextEncoder().encode(text);

class World {
  readonly events: string[] = [];
  readonly errors: unknown[] = [];
  readonly memory = new Map<string, unknown>();
  /** The autoencoders that there are; an error: it cannot be opened. */
  readonly saes = new Map<string, SaeInfo | null | Error>([
    ['', infoOf('')],
    ['/a', infoOf('/a')],
  ]);
  opened = '';
  labels: readonly UserLabel[] = [];
  /** While a request runs. */
  meanwhile: (asked: string) => unknown = () => {};
  /** Why the model cannot read a text. */
  refused: (uri: string) => string | undefined = () => undefined;
  agreement = async (predicate: string): Promise<object> => ({
    fires: 4,
    holds: predicate.length,
    both: 2,
  });
  process: { sae?: Promise<SaeInfo | null> } = {};
  readonly remote = {
    openSae: async ({ path }: { path: string }, signal?: AbortSignal) => {
      if (signal?.aborted) throw new Cancelled();
      this.events.push(`open ${path}`);
      const found = this.saes.get(path);
      if (found instanceof Error || found === undefined) throw found ?? new Error(path);
      this.opened = path;
      return found && { ...found };
    },
    setUserLabels: async ({ labels }: { labels: readonly UserLabel[] }) =>
      void (this.labels = labels),
    agreement: ({ predicate }: { predicate: string }) => this.agreement(predicate),
    examplesIn: async ({ uri, text }: { uri: string; text: string }) => {
      await this.meanwhile(uri);
      const refused = this.refused(uri);
      if (refused !== undefined) return { refused };
      return [{ uri, line: 1, before: '', token: text, after: '', value: text.length }];
    },
    /** Which one answers. */
    whose: async () => {
      const { opened } = this;
      await this.meanwhile('whose');
      return opened;
    },
  };
  /** Another process starts. */
  starting = () => {};
  readonly engine = {
    running: true,
    onDidChangeState: (listener: (state: { kind: string }) => void) => {
      this.starting = () => listener({ kind: 'starting' });
      return { dispose: () => {} };
    },
    call: (request: (running: object) => Promise<unknown>) =>
      request({ remote: this.remote, process: this.process, model: {} }),
  };
  readonly state = {
    isOn: true,
    lens: { needs: ['features'] },
    pins: [{ feature: 3, threshold: 1 }],
    /** Of whose features the pins are. */
    openSae: (path: string) => void (this.pinned = path),
  };
  pinned = '';
  readonly autoencoder = new Autoencoder(
    this.engine as unknown as Engine,
    { ensureSent: () => ({ uri: 'a', version: 1 }) } as unknown as DocumentSync,
    this.state as unknown as OverlayState,
    {
      get: (key: string, fallback: unknown) => this.memory.get(key) ?? fallback,
      update: async (key: string, value: unknown) => void this.memory.set(key, value),
    } as unknown as Memento,
    '/extensions/tokenscope-0.1.0',
    error => this.errors.push(error),
  );

  constructor() {
    this.autoencoder.onDidChange(() => this.events.push('changed'));
    this.autoencoder.onDidReopen(() => this.events.push('reopened'));
  }

  whose = () => this.autoencoder.call(remote => (remote as unknown as typeof this.remote).whose());
}

let world: World;
beforeEach(() => (world = new World()));
afterEach(() => {
  world.autoencoder.dispose();
  window.activeTextEditor = undefined;
  fake.unsetAll();
  fake.files.clear();
  fake.gone.clear();
});

const label = (feature: number, description: string): UserLabel => ({
  feature,
  description,
  predicate: null,
});

test('is opened once for each run of the engine', async () => {
  expect(world.autoencoder.info).toBeUndefined();
  await Promise.all([world.whose(), world.whose()]);
  expect(world.events).toEqual(['open ', 'changed']);
  expect(world.autoencoder.info).toEqual(infoOf(''));
  world.process = {};
  await world.whose();
  expect(world.events).toEqual(['open ', 'changed', 'open ', 'changed']);
});

test('none is open in a process that starts, and a label of its own takes no other away', async () => {
  await world.autoencoder.label(label(3, 'brackets'));
  world.process = {};
  world.starting();
  expect(world.autoencoder.info).toBeUndefined();
  await world.autoencoder.label(label(4, 'quotes'));
  expect(world.autoencoder.labels.map(({ feature }) => feature)).toEqual([3, 4]);
  expect(world.autoencoder.info).toEqual(infoOf(''));
});

test('the page of a feature that is asked for is so once, and not when it is closed', () => {
  const { autoencoder } = world;
  expect(autoencoder.takeRequest()).toBe(false);
  autoencoder.show(3);
  expect([autoencoder.page, autoencoder.takeRequest(), autoencoder.takeRequest()]).toEqual([
    3,
    true,
    false,
  ]);
  autoencoder.show(4);
  autoencoder.show(undefined);
  expect(autoencoder.takeRequest()).toBe(false);
});

test('an answer of the one before is not given out once another one is open', async () => {
  await world.whose();
  world.meanwhile = () => world.autoencoder.switchTo('/a');
  await expect(world.whose()).rejects.toBeInstanceOf(Cancelled);
  world.meanwhile = () => {};
  expect(await world.whose()).toBe('/a');
  expect(world.pinned).toBe('/a');
});

test('says why there is none', async () => {
  world.saes.set('', null);
  await expect(world.whose()).rejects.toThrow(/^This model comes without an autoencoder/);
  expect([world.autoencoder.info, world.autoencoder.problem]).toEqual([null, '']);
  world.process = {};
  world.saes.set('', new UserError('It is of another width.'));
  await expect(world.whose()).rejects.toThrow(new UserError('It is of another width.'));
  expect([world.autoencoder.info, world.autoencoder.problem]).toEqual([
    null,
    'It is of another width.',
  ]);
  world.process = {};
  world.saes.set('', new TypeError('a defect'));
  await expect(world.whose()).rejects.toThrow(new TypeError('a defect'));
});

test('what was open stays open where the setting names another that cannot be opened', async () => {
  await world.whose();
  world.saes.set('/b', new UserError('No such folder.'));
  fake.set('features.autoencoder', '/b');
  await expect.poll(() => world.errors).toHaveLength(1);
  expect(String(world.errors[0])).toMatch(
    /The value of the setting "tokenscope\.features\.autoencoder" cannot be opened, so the previous choice stays open\. No such folder\./,
  );
  expect(world.autoencoder.info).toEqual(infoOf(''));
  expect(await world.whose()).toBe('');
  // Another run of the engine reads the setting again.
  world.process = {};
  await world.whose();
  expect(world.events.slice(-3)).toEqual(['open /b', 'open ', 'changed']);
  expect(world.autoencoder.info).toEqual(infoOf(''));
});

test('follows the setting while the engine runs, unless it is open already', async () => {
  await world.whose();
  world.events.length = 0;
  fake.set('features.autoencoder', '');
  expect(world.events).toEqual([]);
  fake.set('features.autoencoder', '/a');
  await expect.poll(() => world.events).toEqual(['open /a', 'changed', 'reopened']);
  fake.set('features.autoencoder', '/a');
  world.engine.running = false;
  fake.set('features.autoencoder', '');
  expect(world.events).toHaveLength(3);
  fake.set('features.densityCutoff', 0.5);
  expect(world.events.at(-1)).toBe('reopened');
  expect(world.autoencoder.options()).toEqual({ pins: world.state.pins, densityCutoff: 0.5 });
});

test('follows the setting where nothing has asked for features when something does', async () => {
  for (const path of ['', '/of another model', '/a']) {
    fake.set('features.autoencoder', path);
    await new Promise(setImmediate);
  }
  expect([world.events, world.errors]).toEqual([[], []]);
  expect(await world.whose()).toBe('/a');
  expect(world.events).toEqual(['open /a', 'changed']);
  // Another process has been asked for nothing yet.
  world.process = {};
  world.starting();
  fake.set('features.autoencoder', '');
  await new Promise(setImmediate);
  expect(world.events).toEqual(['open /a', 'changed']);
  // A path that leads nowhere is told at once, and one that is chosen by a command opened.
  fake.gone.add('/b');
  world.saes.set('/b', new UserError('No such folder.'));
  fake.set('features.autoencoder', '/b');
  await expect.poll(() => world.errors).toHaveLength(1);
  expect(String(world.errors[0])).toMatch(/stays open\. No such folder\./);
  await world.autoencoder.switchTo('/a');
  expect(await world.whose()).toBe('/a');
});

test('follows the setting while another one is being opened', async () => {
  const asked = world.whose();
  fake.set('features.autoencoder', '/a');
  await expect.poll(() => world.events).toContain('reopened');
  await asked.catch(() => {});
  expect(await world.whose()).toBe('/a');
});

test('views read features under lenses of features alone', () => {
  expect(world.autoencoder.optionsForLens()).toEqual({
    pins: [{ feature: 3, threshold: 1 }],
    densityCutoff: 0.05,
  });
  world.state.isOn = false;
  expect(world.autoencoder.optionsForLens()).toBeUndefined();
  world.state.isOn = true;
  world.state.lens = { needs: ['tokens'] };
  expect(world.autoencoder.optionsForLens()).toBeUndefined();
});

test('each has labels of its own', async () => {
  await world.whose();
  await world.autoencoder.label(label(3, 'brackets'));
  await world.autoencoder.label(label(4, 'names'));
  await world.autoencoder.label(label(3, 'round brackets'));
  const own = [label(4, 'names'), label(3, 'round brackets')];
  expect(world.autoencoder.labels).toEqual(own);
  expect(world.labels).toEqual(own);
  await world.autoencoder.switchTo('/a');
  expect(world.autoencoder.labels).toEqual([]);
  expect(world.labels).toEqual([]);
  await world.autoencoder.switchTo('');
  expect(world.labels).toEqual(own);
  await world.autoencoder.label(label(4, ''));
  expect(world.autoencoder.labels).toEqual([label(3, 'round brackets')]);
});

test('labels and pins of the built-in one outlast another version of the extension', async () => {
  world.saes.set('', infoOf('/extensions/tokenscope-0.1.0/models/coder/saes/mid'));
  await world.autoencoder.label(label(3, 'threes'));
  expect(world.pinned).toBe('/models/coder/saes/mid');
  expect([...world.memory.keys()]).toEqual(['featureLabels:/models/coder/saes/mid']);
});

test('a switch that is aborted leaves what is open', async () => {
  await world.whose();
  const before = world.autoencoder.info;
  const aborted = world.autoencoder.switchTo('/a', AbortSignal.abort());
  await expect(aborted).rejects.toThrow(Cancelled);
  expect(world.autoencoder.info).toBe(before);
  expect(await world.whose()).toBe('');
});

test('remembers which feature’s page is shown', () => {
  world.autoencoder.show(7);
  expect([world.autoencoder.page, world.events]).toEqual([7, ['changed']]);
  world.autoencoder.show(undefined);
  expect(world.autoencoder.page).toBeUndefined();
});

/** Asks for a label of feature 3 on `a.txt`; answers the box that its predicate is typed into. */
async function labelBox() {
  const document = Object.assign(new FakeDocument('a b c'), { fileName: '/src/a.txt' });
  window.activeTextEditor = new FakeEditor(document);
  [fake.box, fake.typed] = [undefined, 'brackets'];
  const labelled = labelFeature(world.autoencoder, 3);
  await expect.poll(() => fake.box).toBeDefined();
  const box = fake.box!;
  /** What the box says of a predicate, once it says something else than before. */
  const said = async (predicate: string) => {
    const before = box.validationMessage;
    box.type(predicate);
    await expect.poll(() => box.validationMessage).not.toBe(before);
    return box.validationMessage;
  };
  return { box, said, labelled };
}

test('a label’s predicate is judged on the document as it is typed', async () => {
  const { box, said, labelled } = await labelBox();
  expect(await said('token="("')).toEqual({
    message:
      'In a.txt: precision 0.50 (of 4 tokens where it fires), recall 0.22 (of 9 where it holds)',
    severity: 1,
  });
  // A regular expression alone is one over the token.
  expect(await said('/^\\($/')).toMatchObject({ message: expect.stringMatching(/ \(of 12 where/) });
  expect(await said('token=')).toEqual({
    message: expect.stringMatching(/^The predicate cannot be read: /),
    severity: 3,
  });
  expect(await said('')).toBeUndefined();
  box.type('/x/');
  box.accept();
  await labelled;
  const own = { feature: 3, description: 'brackets', predicate: 'token~/x/' };
  expect(world.autoencoder.labels).toEqual([own]);
});

test('an answer about another predicate than the one that is typed is not shown', async () => {
  const { box, said } = await labelBox();
  let answer: ((found: object) => void) | undefined;
  world.agreement = () => new Promise(resolve => (answer = resolve));
  box.type('token="("');
  await expect.poll(() => answer).toBeDefined();
  const second = await said('token=');
  expect(second).toMatchObject({ severity: 3 });
  answer!({ fires: 4, holds: 4, both: 2 });
  await new Promise(setImmediate);
  expect(box.validationMessage).toBe(second);
});

test('a label that is dismissed, or cannot be read, changes nothing', async () => {
  const { box, labelled } = await labelBox();
  box.hide();
  await labelled;
  const { box: second, labelled: refused } = await labelBox();
  second.type('token=');
  second.accept();
  await expect(refused).rejects.toThrow(/^The predicate cannot be read: /);
  fake.typed = undefined;
  await labelFeature(world.autoencoder, 3);
  expect(world.autoencoder.labels).toEqual([]);
});

test('a label is shown for a change also where another process has started since', async () => {
  await world.autoencoder.label({ ...label(3, 'brackets'), predicate: 'token="("' });
  world.process = {};
  world.starting();
  const asked: unknown[] = [];
  const { showInputBox } = window;
  onTestFinished(() => void (window.showInputBox = showInputBox));
  window.showInputBox = (async (options: { value?: string }) =>
    void asked.push(options.value)) as never;
  window.activeTextEditor = new FakeEditor(new FakeDocument('a'));
  await labelFeature(world.autoencoder, 3);
  expect(asked).toEqual(['brackets']);
});

test('an empty label removes one’s own', async () => {
  await world.whose();
  await world.autoencoder.label(label(3, 'brackets'));
  window.activeTextEditor = new FakeEditor(new FakeDocument('a'));
  fake.typed = '';
  await labelFeature(world.autoencoder, 3);
  expect(world.autoencoder.labels).toEqual([]);
});

test('a search lists where a feature fires, highest first, of one autoencoder', async () => {
  fake.files.set('/src/a.txt', bytes('ab')).set('/src/b.txt', bytes('abcd'));
  fake.lists.length = 0;
  fake.choose = () => undefined;
  await findInWorkspace(world.autoencoder, 3);
  expect(fake.lists[0]!.map(({ label }) => label)).toEqual(['▸abcd◂', '▸ab◂']);
  world.meanwhile = uri => uri.endsWith('a.txt') && world.autoencoder.switchTo('/a');
  await expect(findInWorkspace(world.autoencoder, 3)).rejects.toThrow(
    /^Another autoencoder was opened during the search\. Run the search again\.$/,
  );
  expect(fake.lists).toHaveLength(1);
});

const said = () => fake.messages.map(([, text]) => text);

test('a search says how much it has read, and leaves out what cannot be read', async () => {
  fake.files.set('/a.txt', bytes('ab')).set('/b.txt', bytes('abcd'));
  fake.files.set('/c.png', bytes('abc')).set('/d.txt', Uint8Array.of(0xff));
  fake.gone.add('/b.txt');
  fake.choose = () => undefined;
  fake.lists.length = fake.listWords.length = fake.messages.length = 0;
  await findInWorkspace(world.autoencoder, 3);
  expect(fake.lists[0]!.map(({ label }) => label)).toEqual(['▸ab◂']);
  expect(fake.listWords).toEqual(['Texts searched: 1. Files that could not be read: 1.']);
  fake.files.delete('/a.txt');
  await findInWorkspace(world.autoencoder, 3);
  fake.gone.clear();
  for (let i = 0; i < 2001; i++) fake.files.set(`/${i}.png`, bytes(''));
  fake.files.delete('/b.txt');
  await findInWorkspace(world.autoencoder, 3);
  const nowhere = 'Feature 3 does not fire in any text that was searched.';
  expect(said()).toEqual([
    `${nowhere} Texts searched: 0. Files that could not be read: 1.`,
    `${nowhere} Texts searched: 0. Only the first 2,000 files of the workspace were searched.`,
  ]);
});

test('a search leaves out packages and what was built', async () => {
  for (const folder of ['src', 'node_modules/left-pad', 'dist', 'py/.venv/lib', 'distance'])
    fake.files.set(`/${folder}/a.txt`, bytes('ab'));
  fake.choose = () => undefined;
  fake.lists.length = fake.listWords.length = 0;
  await findInWorkspace(world.autoencoder, 3);
  expect(fake.listWords).toEqual(['Texts searched: 2.']);
  const places = fake.lists[0]!.map(place => (place as { detail?: string }).detail);
  expect(places).toEqual(['src/a.txt, line 1', 'distance/a.txt, line 1']);
});

test('a search leaves out a text that the model cannot read, and says why', async () => {
  fake.files.set('/a.txt', bytes('ab')).set('/b.txt', bytes('abcd'));
  fake.choose = () => undefined;
  fake.listWords.length = 0;
  world.refused = uri => (uri.endsWith('a.txt') ? 'It cannot be spelled' : undefined);
  await findInWorkspace(world.autoencoder, 3);
  expect(fake.listWords).toEqual([
    'Texts searched: 1. Texts left out: 1. a.txt: It cannot be spelled.',
  ]);
  world.meanwhile = () => {
    throw new UserError('The engine is gone.');
  };
  await expect(findInWorkspace(world.autoencoder, 3)).rejects.toThrow('The engine is gone.');
});

test('a search says that not every place is listed', async () => {
  for (let i = 0; i < 201; i++) fake.files.set(`/${i}.txt`, bytes('ab'));
  fake.choose = () => undefined;
  fake.lists.length = fake.listWords.length = 0;
  await findInWorkspace(world.autoencoder, 3);
  expect(fake.lists[0]).toHaveLength(200);
  expect(fake.listWords).toEqual(['The 200 highest of 201 places. Texts searched: 201.']);
});

test('a search that is cancelled says so', async () => {
  fake.files.set('/a.txt', bytes('ab')).set('/b.txt', bytes('abcd'));
  fake.messages.length = 0;
  const { withProgress } = window;
  onTestFinished(() => void (window.withProgress = withProgress));
  let cancel = () => {};
  window.withProgress = (_, work) =>
    work(
      { report: () => {} },
      { onCancellationRequested: (listener: () => void) => (cancel = listener) },
    );
  world.meanwhile = () => {
    cancel();
    throw new Cancelled();
  };
  await findInWorkspace(world.autoencoder, 3);
  expect(said()).toEqual([
    'Feature 3 does not fire in any text that was searched. Texts searched: 0. The search was cancelled.',
  ]);
});
