// `tokenscope mcp`, asked by the SDK's own client in both versions of the protocol that it speaks: the same numbers as the
// commands, and a result that says what is wrong with each bad call.
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ggufOfFamily, goldenGgufs } from '../support/ggufFamilies';
import { writeLargeGguf } from '../support/largeGguf';
import { bundle, coder, readLines, root, scratch, setUpCommandLine, start } from './support';

setUpCommandLine();

const TEXT = 'The cat sat on the mat, and the dög sat on the zebra.\n';
const VERSIONS = ['legacy', { pin: '2026-07-28' }] as const;

/** A root, and a folder beside it. */
let folder: string;
let elsewhere: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tokenscope-root-')));
  elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'tokenscope-beside-')));
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'cat.txt'), TEXT);
  writeFileSync(join(folder, 'sub/cat.txt'), TEXT);
  writeFileSync(join(folder, 'bad.txt'), Buffer.from([0x61, 0x62, 0xff, 0x63]));
  writeFileSync(join(folder, 'nul.txt'), 'a\0b');
  writeFileSync(join(folder, 'large.txt'), '');
  truncateSync(join(folder, 'large.txt'), (16 << 20) + 1);
  writeFileSync(join(elsewhere, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'half.gguf'), ggufOfFamily(goldenGgufs.cases['llama, every type']!));
  // What a name of a model would be as a path.
  mkdirSync(join(scratch, 'ollama:'));
  symlinkSync(elsewhere, join(scratch, 'ollama:', 'other'));
  symlinkSync(join(elsewhere, 'secret.txt'), join(folder, 'link.txt'));
  symlinkSync(join(folder, 'cat.txt'), join(elsewhere, 'back.txt'));
});
afterAll(() => {
  for (const path of [folder, elsewhere]) rmSync(path, { recursive: true, force: true });
});

/** What a test knows the shape of. */
type Json = ReturnType<typeof JSON.parse>;

interface Answer {
  readonly isError: boolean;
  readonly text: string;
  readonly data: Record<string, Json>;
}

class Asking {
  private constructor(readonly client: Client) {}

  /** `roots`: of the client; none: it cannot name any. */
  static async open(
    mode: (typeof VERSIONS)[number],
    roots: readonly string[] | undefined,
    args: readonly string[] = [],
  ): Promise<Asking> {
    const client = new Client(
      { name: 'test', version: '1' },
      { versionNegotiation: { mode }, capabilities: roots ? { roots: {} } : {} },
    );
    if (roots) {
      const named = roots.map(root => ({ uri: pathToFileURL(root).href }));
      client.setRequestHandler('roots/list', () => ({ roots: named }));
    }
    const command = [join(bundle, 'cli.js'), 'mcp', '--model', coder, ...args];
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: command,
      cwd: scratch,
      env: { ...getDefaultEnvironment(), TOKENSCOPE_CACHE: join(scratch, 'cache') },
      stderr: 'inherit',
    });
    await client.connect(transport);
    return new Asking(client);
  }

  async call(name: string, given: Record<string, unknown>, options = {}): Promise<Answer> {
    const result = await this.client.callTool({ name, arguments: given }, options);
    const [content] = result.content;
    const text = content?.type === 'text' ? content.text : '';
    const data = (result.structuredContent ?? {}) as Record<string, Json>;
    return { isError: result.isError === true, text, data };
  }

  /** What is wrong with a call. */
  async refused(name: string, given: Record<string, unknown>): Promise<string> {
    const { isError, text } = await this.call(name, given);
    expect(isError, text).toBe(true);
    expect(text).not.toMatch(/defect/);
    return text;
  }
}

describe.each(VERSIONS)('in version %j', mode => {
  let asking: Asking;
  beforeAll(async () => {
    asking = await Asking.open(mode, [folder]);
  });
  afterAll(() => asking.client.close());

  const cat = () => join(folder, 'cat.txt');

  test('lists the tools with schemas that say what each input is', async () => {
    const { tools } = await asking.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'count_tokens',
      'score_text',
      'next_bytes',
      'explain_token',
      'read_trace',
    ]);
    for (const { description, inputSchema, annotations } of tools) {
      expect(description!.length).toBeGreaterThan(100);
      expect(annotations).toMatchObject({ readOnlyHint: true, openWorldHint: false });
      const properties = Object.entries(inputSchema.properties!);
      expect(properties.map(([name]) => name)).toEqual(
        expect.arrayContaining(['text', 'path', 'model']),
      );
      for (const [name, schema] of properties)
        expect((schema as { description?: string }).description, name).toBeTruthy();
    }
    expect(tools.find(({ name }) => name === 'explain_token')!.inputSchema.required).toEqual([
      'at',
    ]);
  });

  test('counts what `count` counts, of a text and of a file', async () => {
    const [line] = readLines(['count', cat(), '--model', coder]);
    const { tokens, bytes, characters, words } = line;
    const expected = { model: 'coder', tokens, bytes, characters, words };
    for (const given of [
      { text: TEXT },
      { path: cat() },
      { path: 'cat.txt' },
      { path: 'sub/../sub/cat.txt' },
      { path: pathToFileURL(cat()).href },
    ]) {
      const { text, data } = await asking.call('count_tokens', given);
      expect(data, JSON.stringify(given)).toMatchObject(expected);
      expect(text).toContain(`${tokens} tokens by coder`);
    }
  });

  test('follows a link from outside into a root', async () => {
    const { data } = await asking.call('count_tokens', { path: join(elsewhere, 'back.txt') });
    expect(data.bytes).toBe(Buffer.byteLength(TEXT));
  });

  test('scores as `inspect` does', async () => {
    const lines = readLines(['inspect', cat(), '--model', coder, '--top', '2']);
    const ranked = [...lines].sort((a, b) => b.surprisal - a.surprisal);
    const { data, text } = await asking.call('score_text', { path: cat(), most: 4, top: 2 });
    const bits = lines.reduce((sum, { surprisal }) => sum + surprisal, 0);
    expect(data.bits).toBeCloseTo(bits, 4);
    expect(data.bitsPerByte).toBeCloseTo(bits / Buffer.byteLength(TEXT), 6);
    expect(data.tokens).toBe(lines.length);
    const plain = data.highest.map(({ text: _, top, ...token }: Json) => ({
      ...token,
      top: top.map(({ text: _, ...other }: Json) => other),
    }));
    expect(plain).toEqual(ranked.slice(0, 4));
    expect(text.split('\n')).toHaveLength(6);
  });

  test('says the next bytes that `next` says, also inside a character', async () => {
    const inside = Buffer.byteLength(TEXT.slice(0, TEXT.indexOf('ö'))) + 1;
    for (const at of [10, inside, undefined]) {
      const length = Buffer.byteLength(TEXT);
      const args = ['next', cat(), '--at', String(at ?? length), '--model', coder];
      const lines = readLines(args);
      const rest = lines.pop();
      const given = at === undefined ? {} : { at };
      const { data } = await asking.call('next_bytes', { text: TEXT, most: 3, ...given });
      const likeliest = [...lines].sort((a, b) => b.exact - a.exact).slice(0, 3);
      expect(data.likeliest.map(({ text: _, ...byte }: Json) => byte)).toEqual(likeliest);
      expect({ ...data, ms: rest.ms }).toMatchObject(rest);
      expect(data.at).toBe(at ?? length);
    }
  });

  test('explains a token with its scores and merges', async () => {
    const lines = readLines(['inspect', cat(), '--model', coder, '--top', '3']);
    const at = TEXT.indexOf('zebra');
    const byte = Buffer.byteLength(TEXT.slice(0, at));
    const expected = lines.find(({ byteStart, byteEnd }) => byteStart <= byte && byte < byteEnd);
    const { data, text } = await asking.call('explain_token', { text: TEXT, at: byte });
    const { text: name, top, ...token } = data.token;
    expect({ ...token, top: top.map(({ text: _, ...other }: Json) => other) }).toEqual(expected);
    expect(Buffer.from(data.split.tokens.map((each: Json) => each.bytes).join(''), 'hex')).toEqual(
      Buffer.from(TEXT).subarray(data.split.byteStart, data.split.byteEnd),
    );
    expect(data.split.steps.length).toBeGreaterThan(0);
    expect(text).toContain(name);
    expect(text).toMatch(/Probability .* rank \d+; entropy/);
  });

  test('reads the traces that `trace` reads', async () => {
    const traces = readFileSync(join(root, 'samples/traces.jsonl'), 'utf8');
    writeFileSync(join(folder, 'traces.jsonl'), traces);
    const lines = readLines(['trace', join(folder, 'traces.jsonl')]);
    const { data } = await asking.call('read_trace', { path: 'traces.jsonl' });
    expect(data).toMatchObject({ traces: lines, count: lines.length, problems: [] });
    const one = await asking.call('read_trace', { path: 'traces.jsonl', trace: '1', most: 2 });
    expect(one.data).toMatchObject({ id: lines[0].id, answer: '112' });
    expect(one.data.steps).toHaveLength(2);
    expect(one.text).toContain(one.data.steps[0].text.trim());
    const wrong = await asking.refused('read_trace', { path: 'traces.jsonl', trace: 'none' });
    expect(wrong).toMatch(/Trace "none" not found\. The file has \d+/);
    expect(await asking.refused('read_trace', { text: 'Plain words.' })).toMatch(
      /contains no reasoning trace.*`as` = "text"/,
    );
  });

  test.each(['count_tokens', 'score_text', 'next_bytes', 'explain_token', 'read_trace'])(
    '%s refuses files that it may not or cannot read',
    async name => {
      const refused = (path: string) => asking.refused(name, { path, ...atOf(name) });
      expect(await refused(join(elsewhere, 'secret.txt'))).toMatch(/outside the roots/);
      expect(await refused(join(elsewhere, 'none.txt'))).toMatch(/outside the roots/);
      expect(await refused('../secret.txt')).toMatch(/outside the roots/);
      expect(await refused('link.txt')).toMatch(
        /outside the roots \(symbolic links are resolved\)/,
      );
      expect(await refused('none.txt')).toMatch(/File not found: none.txt/);
      expect(await refused('sub')).toMatch(/it is a folder/);
      expect(await refused('file://elsewhere/x')).toMatch(/names no file of this machine/);
      expect(await refused('bad.txt')).toMatch(/bad.txt is not UTF-8: byte ff at offset 2/);
      const large = await asking.call(name, { path: 'large.txt', ...atOf(name) });
      expect(large.isError).toBe(true);
      expect(large.text).toMatch(
        name === 'read_trace'
          ? /contains no reasoning trace/
          : /it has 17 MB; the limit is (16|1) MB/,
      );
    },
  );

  test('spells what is hidden in a text, and leaves the data as it is', async () => {
    const text = '<think>\nIt is red\x1b[31m.\n</think>\nSo it is.\n';
    const answer = await asking.call('read_trace', { text, trace: '1' });
    expect(answer.text).toContain('It is red⟨U+001B⟩[31m.');
    expect(answer.data.steps[0].text).toContain('red\x1b[31m.');
  });

  test('refuses inputs by name', async () => {
    const most = await asking.refused('score_text', { text: TEXT, most: 1.5 });
    expect(most).toBe('most takes a whole number from 0 to 1000, not 1.5.');
    expect(await asking.refused('score_text', { text: 7 })).toBe('text takes a text, not 7.');
    expect(await asking.refused('score_text', {})).toMatch(/needs either text or path/);
    expect(await asking.refused('score_text', { text: '', path: 'cat.txt' })).toMatch(/either/);
    expect(await asking.refused('score_text', { text: TEXT, temperature: 1 })).toMatch(
      /score_text has no input "temperature"\. Its inputs are text, path, most, top/,
    );
    expect(await asking.refused('explain_token', { text: TEXT })).toMatch(/^at is missing: /);
    expect(await asking.refused('next_bytes', { text: TEXT, mode: 'e9' })).toMatch(/e2 or e3/);
    expect(await asking.refused('count_tokens', { path: 'nul.txt' })).toMatch(/holds a NUL/);
    const long = 'x'.repeat((1 << 20) + 1);
    expect(await asking.refused('score_text', { text: long })).toMatch(
      /The text has 1048577 bytes; the limit of score_text is 1048576/,
    );
  });

  test('refuses offsets inside a character and after the end', async () => {
    const inside = Buffer.byteLength(TEXT.slice(0, TEXT.indexOf('ö'))) + 1;
    expect(await asking.refused('explain_token', { text: TEXT, at: inside })).toBe(
      `Byte ${inside} is inside the character ö. Use the byte where it begins: ${inside - 1}.`,
    );
    const length = Buffer.byteLength(TEXT);
    const after = await asking.refused('explain_token', { text: TEXT, at: length });
    expect(after).toMatch(new RegExp(`text has ${length} bytes.* from 0 to ${length - 1}\\.`));
    expect(await asking.refused('explain_token', { text: '', at: 0 })).toMatch(/has 0 bytes/);
    expect(await asking.refused('next_bytes', { text: TEXT, at: length + 1 })).toMatch(
      new RegExp(`from 0 to ${length} \\(the end\\)`),
    );
  });

  test('refuses models that are not here, and sends no text to a server', async () => {
    const refused = (model: string) => asking.refused('count_tokens', { text: TEXT, model });
    expect(await refused('no-such-model')).toMatch(
      /^Model "no-such-model" not found \(.*\)\. Run `tokenscope models` for/,
    );
    expect(await refused('hf:none/none')).toMatch(/is not on this machine/);
    expect(await refused(elsewhere)).toMatch(/outside the roots/);
    expect(await refused('http://127.0.0.1:9')).toMatch(/A call cannot name a server/);
    expect(await refused('sub')).toMatch(/tokenizer/);
    // A name is a name, also where a path is called so.
    expect(await refused('ollama:/other')).toMatch(/is not an Ollama model name/);
  });

  test('writes no weights, which is for people to ask for', async () => {
    const model = join(folder, 'half.gguf');
    const given = { text: 'abc', model };
    expect(await asking.refused('score_text', given)).toMatch(
      /^The weights of .*half\.gguf have to be prepared first, which writes .*B, and a call writes nothing\. Run/,
    );
    // Its tokenizer needs none.
    expect((await asking.call('count_tokens', given)).data).toMatchObject({ characters: 3 });
  });

  test('reports progress that grows, stops when cancelled, and answers the next call', async () => {
    const text = TEXT.repeat(10_000);
    const sent = progressOf(asking.client);
    const heard: number[] = [];
    let all = 0;
    const controller = new AbortController();
    const onprogress = ({ progress, total }: { progress: number; total?: number }) => {
      all = total!;
      expect(all).toBeGreaterThan(20_000);
      if (heard.push(progress) === 3) controller.abort(new Error('enough'));
    };
    const call = asking.call('score_text', { text }, { onprogress, signal: controller.signal });
    await expect(call).rejects.toThrow('enough');
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(heard.length).toBeGreaterThanOrEqual(3);
    // Calls are answered in turn: this one waits for what was cancelled to end.
    const { data } = await asking.call('score_text', { text: TEXT });
    expect(data.bits).toBeGreaterThan(0);
    expect(Math.max(...sent)).toBeLessThan(all / 2);
  });

  test('an unknown tool is an error of the protocol', async () => {
    await expect(asking.client.callTool({ name: 'none', arguments: {} })).rejects.toThrow(
      /Unknown tool "none"\. Available tools: count_tokens, /,
    );
  });

  test('without roots files are refused, and --root names one', async () => {
    const without = await Asking.open(mode, undefined);
    try {
      const text = await without.refused('count_tokens', { path: join(folder, 'cat.txt') });
      expect(text).toMatch(/this client has none.*Pass the content as text.*--root FOLDER/);
      expect((await without.call('count_tokens', { text: TEXT })).data.tokens).toBeGreaterThan(5);
    } finally {
      await without.client.close();
    }
    const started = await Asking.open(mode, undefined, ['--root', folder]);
    try {
      const { data } = await started.call('count_tokens', { path: 'cat.txt' });
      expect(data.bytes).toBe(Buffer.byteLength(TEXT));
    } finally {
      await started.client.close();
    }
  });
});

/** What the server sends of its progress, also of calls that are not waited for any more. */
function progressOf({ transport }: Client): number[] {
  const sent: number[] = [];
  const receive = transport!.onmessage!;
  Object.assign(transport!, {
    onmessage(...[message, extra]: Parameters<typeof receive>) {
      if ('method' in message && message.method === 'notifications/progress')
        sent.push(message.params!.progress as number);
      receive(message, extra);
    },
  });
  return sent;
}

/** explain_token needs a place. */
const atOf = (name: string) => (name === 'explain_token' ? { at: 0 } : {});

test('a large model that a call names is opened, and nothing is written', async () => {
  // Of so many weights the self-test is kept elsewhere.
  const model = writeLargeGguf(join(folder, 'floats.gguf'), 1, 'F32', 350_000);
  const asking = await Asking.open('legacy', [folder]);
  expect((await asking.call('score_text', { text: 'abc', model })).isError).toBe(false);
  expect(existsSync(join(scratch, 'cache'))).toBe(false);
  await asking.client.close();
});

test('ends when its input does', async () => {
  const server = start(['mcp', '--model', coder]);
  server.stdin!.end();
  const [code] = await once(server, 'exit');
  expect(code).toBe(0);
});

test('a command line that is wrong is refused before anything is served', async () => {
  const server = start(['mcp', '--root']);
  let said = '';
  server.stderr!.on('data', chunk => (said += chunk));
  const [code] = await once(server, 'close');
  expect(code).toBe(2);
  expect(said).toMatch(/--root needs a value/);
});
