// "Connect to a Server…" by what a server answers: each question, each of its answers, and what is opened then. No server is
// there: test/editor/servers/connectServer.test.ts has some.
import { beforeEach, expect, test } from 'vitest';
import { connectServer, type ConnectOptions } from '../../../src/editor/servers/connectServer';
import { recentModels } from '../../../src/editor/models/recentModels';
import type { KeyNeeded, ServerInfo } from '../../../src/protocol/models';
import { readAddress } from '../../../src/servers/address';
import { fakeMemory } from '../../support/fakeMemory';

const LOCAL = 'http://127.0.0.1:8080';
const INFO: ServerInfo = { kind: 'vLLM', model: 'qwen', models: ['qwen'] };
const KNOWN = { ...INFO, address: `${LOCAL}#tokenizer=%2Ftok` };
const NEEDS_KEY = { needsKey: 'The server needs a key.' };

let memory: ReturnType<typeof fakeMemory>;
let stored: [string, string][];
beforeEach(() => {
  memory = fakeMemory();
  stored = [];
});

interface Answers {
  /** Of each question for a line, in turn; undefined: dismissed. */
  readonly lines?: readonly (string | undefined)[];
  readonly agrees?: boolean;
  /** Which item of each list, in turn. */
  readonly items?: readonly number[];
  readonly chooses?: boolean;
  readonly path?: string;
  readonly cancels?: boolean;
}

/** What the engine finds of the server in turn: an error is thrown. */
async function connect(found: (ServerInfo | KeyNeeded | Error)[], answers: Answers = {}) {
  const { lines = [LOCAL], agrees = true, items = [], chooses = true, cancels = false } = answers;
  const [typed, picked] = [[...lines], [...items]];
  const asked: Parameters<ConnectOptions['ask']>[0][] = [];
  const lists: { title: string; items: readonly object[] }[] = [];
  const consents: string[][] = [];
  const done: string[] = [];
  const findServer = async ({ address }: { address: string }) => {
    done.push(`find ${address}`);
    const answer = found.shift()!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const options = {
    engine: { aside: (request: (remote: object) => unknown) => request({ findServer }) },
    chosen: { memory },
    secrets: { store: async (name: string, key: string) => void stored.push([name, key]) },
    isTrusted: true,
    open: async (path: string) => void done.push(`open ${path}`),
    showPieces: async (address: string) => void done.push(`pieces ${address}`),
    ask: async (about: (typeof asked)[0]) => (asked.push(about), typed.shift()),
    choose: async (question: string, title: string) => {
      done.push(`${question} | ${title}`);
      return chooses ? title : undefined;
    },
    confirm: async (question: string, details: string[]) => {
      consents.push([question, ...details]);
      return agrees;
    },
    showList: async (all: readonly object[], { title }: { title: string }) => {
      lists.push({ title, items: all });
      return all[picked.shift() ?? all.length];
    },
    pickPath: async () => answers.path,
    cancellable: (_: string, work: (signal: AbortSignal) => unknown) =>
      cancels ? undefined : work(new AbortController().signal),
  } as unknown as ConnectOptions;
  const problem = await connectServer(options);
  const opened = done.filter(line => line.startsWith('open ')).map(line => line.slice(5));
  return { problem, opened, asked, lists, consents, done };
}
const read = ({ opened }: { opened: string[] }) => opened.map(readAddress);

test('a server whose tokenizer is known is opened with its model', async () => {
  const result = await connect([KNOWN]);
  expect(read(result)).toEqual([{ base: LOCAL, tokenizer: '/tok', model: 'qwen' }]);
  expect([result.lists, result.consents, result.problem]).toEqual([[], [], undefined]);
  expect(recentModels(memory)).toEqual(result.opened);
});

test('the address is asked for with the last one, and said to be wrong as it is typed', async () => {
  const typed = `  ${LOCAL}/v1/ `;
  const first = await connect([KNOWN], { lines: [typed] });
  expect(first.asked[0]!.value).toBe('');
  expect(first.done[0]).toBe(`find ${typed.trim()}`);
  const { asked } = await connect([KNOWN]);
  expect(asked[0]!.value).toBe(LOCAL);
  const problemOf = (text: string) => asked[0]!.validateInput!(text);
  // As it is pasted: with a blank that does not break.
  expect([problemOf(''), problemOf(' '), problemOf(`\u00a0${LOCAL} `)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(problemOf('nowhere')).toMatch(/^"nowhere" is not a server address\./);
});

test('nothing is asked of a server where the address is left empty, or the answer not waited for', async () => {
  for (const lines of [[undefined], [''], ['  ']])
    expect(await connect([], { lines })).toMatchObject({ opened: [], done: [] });
  expect(await connect([KNOWN], { cancels: true })).toMatchObject({ opened: [], done: [] });
});

test('a host elsewhere is named before it is sent anything, and how safe the way to it is', async () => {
  const lines = ['https://models.example/v1'];
  const { consents, done } = await connect([KNOWN], { lines, agrees: false });
  expect(done).toEqual([]);
  const [question, ...details] = consents[0]!;
  expect(question).toBe('Send your text to models.example?');
  expect(details[0]).toContain('sent as tokens or plain text to https://models.example and to no');
  expect(details.join()).not.toContain('not encrypted');
  expect(memory.get('tokenscope.lastServer')).toBeUndefined();
  const open = await connect([KNOWN], { lines: ['http://models.example'] });
  expect(open.consents[0]!.join()).toContain('not encrypted');
  expect(open.opened).toHaveLength(1);
  // Another origin than the one that was said yes to.
  expect((await connect([KNOWN], { lines })).consents).toHaveLength(1);
  expect((await connect([KNOWN], { lines })).consents).toEqual([]);
});

test('a key is asked for where the server needs one, and stored for its origin', async () => {
  const result = await connect([NEEDS_KEY, KNOWN], { lines: [`${LOCAL}/v1`, ' key-1 '] });
  expect(stored).toEqual([[`tokenscope.server.${LOCAL}`, 'key-1']]);
  expect(result.opened).toHaveLength(1);
  const about = result.asked[1]!;
  expect(about.password).toBe(true);
  expect(about.prompt).toContain(LOCAL);
  expect([about.validateInput!(' sk-1_~! '), about.validateInput!('')]).toEqual([
    undefined,
    undefined,
  ]);
  for (const bad of ['a b', 'schlüssel', 'a\u0007'])
    expect(about.validateInput!(bad)).toBe('An API key cannot contain these characters.');
});

test('without the key, or with another error, nothing is stored', async () => {
  for (const key of [undefined, ' '])
    expect((await connect([NEEDS_KEY, KNOWN], { lines: [LOCAL, key] })).opened).toEqual([]);
  const other = new Error('No server answers there.');
  await expect(connect([other])).rejects.toBe(other);
  const refused = await connect([NEEDS_KEY, NEEDS_KEY], { lines: [LOCAL, 'k'] });
  expect([refused.problem, refused.opened]).toEqual([NEEDS_KEY.needsKey, []]);
  expect(stored.map(([, key]) => key)).toEqual(['k']);
});

test('of several models one is chosen', async () => {
  const several = { ...KNOWN, models: ['llama', 'qwen'] };
  const result = await connect([several], { items: [0] });
  expect(result.lists[0]).toEqual({
    title: 'Tokenscope: connect to a server: model',
    items: [{ label: 'llama' }, { label: 'qwen', description: 'first' }],
  });
  expect(read(result)[0]!.model).toBe('llama');
  expect((await connect([several])).opened).toEqual([]);
});

test('a tokenizer that is not known is a path or a name', async () => {
  const byPath = await connect([INFO], { items: [0], path: '/tokenizer.json' });
  expect(read(byPath)).toEqual([{ base: LOCAL, model: 'qwen', tokenizer: '/tokenizer.json' }]);
  expect(byPath.lists[0]!.items).toHaveLength(2);
  const byName = await connect([INFO], { items: [1], lines: [LOCAL, 'hf:a/b'] });
  expect(read(byName)[0]!.tokenizer).toBe('hf:a/b');
  for (const name of [undefined, '', 'http://127.0.0.1:9'])
    expect((await connect([INFO], { items: [1], lines: [LOCAL, name] })).opened).toEqual([]);
  expect((await connect([INFO], { items: [0] })).opened).toEqual([]);
  expect((await connect([INFO])).opened).toEqual([]);
});

test('without a tokenizer the server’s own tokens are shown, where it names them', async () => {
  const named = { ...INFO, piecesAt: `${LOCAL}#model=qwen`, withoutTokenizer: 'None is known.' };
  const { done, opened, lists } = await connect([named], { items: [2] });
  expect(lists[0]!.items).toHaveLength(3);
  expect(done.at(-1)).toBe(`pieces ${LOCAL}#model=qwen`);
  expect(opened).toEqual([]);
});

test('of a server that cannot score a file of this machine is opened in its place', async () => {
  const cannot = 'It cannot score.';
  const [a, b] = ['a', 'b'].map(name => ({ name, path: `/${name}.gguf` }));
  expect(await connect([{ ...INFO, cannot }])).toMatchObject({ problem: cannot, opened: [] });
  expect(await connect([{ ...INFO, cannot, local: [] }])).toMatchObject({ problem: cannot });
  const one = await connect([{ ...INFO, cannot, local: [a!] }]);
  expect(one.done.at(-2)).toBe('It cannot score. | Open a Here');
  expect([one.opened, one.lists]).toEqual([['/a.gguf'], []]);
  const two = await connect([{ ...INFO, cannot, local: [a!, b!] }], { items: [1] });
  expect(two.done.at(-2)).toBe('It cannot score. | Open One of Its Models Here…');
  expect(two.opened).toEqual(['/b.gguf']);
  expect(two.lists[0]!.items).toMatchObject([{ label: 'a', detail: '/a.gguf' }, { label: 'b' }]);
  const refusals = [{ chooses: false }, {}];
  for (const answers of refusals) {
    const none = await connect([{ ...INFO, cannot, local: [a!, b!] }], answers);
    expect([none.opened, none.problem]).toEqual([[], undefined]);
  }
});
