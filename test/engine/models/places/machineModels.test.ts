// The models of a machine, in trees as other programs make them, and as nobody should.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MachineModel, PlaceProblem } from '../../../../src/core/models/machineModel';
import { machineModels } from '../../../../src/engine/models/places/machineModels';
import { Place } from '../../../../src/engine/models/places/place';
import { goldenArchitecture, writeCheckpoint } from '../../../support/checkpoints';
import { tinyGguf, write, writeOllama, writeRepository } from '../../../support/machine';
import { writeModelFolder } from '../../../support/modelFolder';
import { root } from '../../../support/paths';

let home: string;
let problems: PlaceProblem[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tokenscope-machine-'));
  problems = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function list(recent: readonly string[] = []): MachineModel[] {
  const found = machineModels({
    around: { env: { OLLAMA_MODELS: join(home, '.ollama/models') }, home, platform: 'linux' },
    named: recent.map(path => ({ place: 'recent', path })),
    onProblem: problem => problems.push(problem),
  });
  return [...found];
}

const hub = () => join(home, '.cache/huggingface/hub');
const ollama = () => join(home, '.ollama/models');
const LIBRARY = 'registry.ollama.ai/library';

test('a machine without any has none, and no problem', () => {
  expect(list()).toEqual([]);
  expect(problems).toEqual([]);
});

describe('Ollama', () => {
  test('a model has its own name, and what its file says', () => {
    const change = {
      'general.file_type': ['u32', 15],
      'general.license': ['string', 'apache-2.0'],
    } as const;
    const path = writeOllama(ollama(), `${LIBRARY}/tiny/0.5b`, tinyGguf('qwen2', change));
    expect(list()).toEqual([
      expect.objectContaining({
        place: 'ollama',
        name: 'tiny:0.5b',
        model: 'ollama:tiny:0.5b',
        path,
        format: 'gguf',
        family: 'qwen2',
        quantisation: 'Q4_K_M',
        licence: 'apache-2.0',
        opens: 'model',
        why: '',
        fillsMiddle: false,
        exactBytes: true,
      }),
    ]);
    expect(list()[0]!.parameters).toBeGreaterThan(1000);
  });

  test('other spaces and hosts are parts of the name, and a licence is its first line', () => {
    writeOllama(
      ollama(),
      'registry.ollama.ai/me/mine/latest',
      tinyGguf(),
      '\n  MIT License\n\nmore',
    );
    writeOllama(ollama(), 'hf.co/org/repo/Q8_0', tinyGguf('qwen3'));
    expect(list().map(({ name, licence }) => [name, licence])).toEqual([
      ['hf.co/org/repo:Q8_0', null],
      ['me/mine:latest', 'MIT License'],
    ]);
  });

  test.each([
    ['no JSON', '{', /manifest .* cannot be read/],
    ['another shape', '{"layers": 3}', /manifest .* cannot be read/],
    ['no model', '{"layers": [null, 3, {"mediaType": 4}]}', /lists no GGUF file/],
    [
      'a path for a hash',
      '{"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:../../../../etc/passwd"}]}',
      /lists no GGUF file/,
    ],
    [
      'a file that is not there',
      `{"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:${'b'.repeat(64)}"}]}`,
      /is not there; `ollama pull bad:latest`/,
    ],
  ])('a manifest with %s is listed with the reason', (_, manifest, why) => {
    write(join(ollama(), 'manifests', LIBRARY, 'bad/latest'), manifest);
    expect(list()).toEqual([expect.objectContaining({ name: 'bad:latest', opens: 'no' })]);
    expect(list()[0]!.why).toMatch(why);
  });

  test('a blob that leads out of the folder is not read', () => {
    const path = writeOllama(ollama(), `${LIBRARY}/linked/latest`, tinyGguf());
    unlinkSync(path);
    symlinkSync(write(join(home, 'elsewhere.gguf'), tinyGguf()), path);
    expect(list()[0]).toMatchObject({ opens: 'no', family: null });
    expect(list()[0]!.why).toMatch(/a link out of .*; such links are not followed/);
  });

  test('a manifest that leads out of the folder is not read', () => {
    const manifest = join(ollama(), 'manifests', LIBRARY, 'linked/latest');
    writeOllama(ollama(), `${LIBRARY}/linked/latest`, tinyGguf());
    unlinkSync(manifest);
    symlinkSync(write(join(home, 'manifest'), '{"layers": []}'), manifest);
    expect(list()[0]!.why).toMatch(/cannot be read/);
  });
});

describe('the cache of the hub', () => {
  const files = (folder: string) => {
    writeCheckpoint(folder, goldenArchitecture('llama'));
    return folder;
  };

  function repositoryOf(name: string, from: string, more: Record<string, string> = {}) {
    const read = (file: string) => ({ [file]: readFileSync(join(from, file)) });
    return writeRepository(hub(), name, {
      ...read('config.json'),
      ...read('model.safetensors'),
      ...more,
    });
  }

  test('a checkpoint is a folder', () => {
    const tokenizer = writeModelFolder(join(home, 'model'), { graph: false });
    const snapshot = repositoryOf('org/a--b', files(join(home, 'checkpoint')), {
      'tokenizer.json': readFileSync(join(tokenizer, 'tokenizer.json')).toString(),
      'README.md': '---\nlicense: other\nlicense_name: "own-1.0"\n---\n# words',
    });
    expect(list()).toEqual([
      expect.objectContaining({
        place: 'hub',
        name: 'org/a--b',
        model: 'hf:org/a--b',
        path: snapshot,
        format: 'safetensors',
        family: 'llama',
        quantisation: 'F32',
        licence: 'own-1.0',
        opens: 'model',
        exactBytes: true,
        fillsMiddle: false,
      }),
    ]);
  });

  test('GGUF files are models by themselves, beside the configuration of what they were made from', () => {
    writeRepository(hub(), 'org/quants', {
      'config.json': '{"model_type": "llama"}',
      'a-Q8_0.gguf': tinyGguf(),
      'deep/a-00001-of-00002.gguf': tinyGguf('qwen2'),
      'deep/a-00002-of-00002.gguf': tinyGguf('qwen2'),
    });
    expect(list().map(({ model }) => model)).toEqual([
      'hf:org/quants/a-Q8_0.gguf',
      'hf:org/quants/deep/a-00001-of-00002.gguf',
    ]);
  });

  test('refs/main decides, else the newest snapshot', () => {
    const old = { revision: 'b'.repeat(40), isMain: false };
    const first = writeRepository(hub(), 'org/name', { 'a.gguf': tinyGguf() }, old);
    const main = writeRepository(hub(), 'org/name', { 'b.gguf': tinyGguf() });
    utimesSync(main, 1, 1);
    expect(list().map(({ path }) => path)).toEqual([join(main, 'b.gguf')]);
    for (const wrong of ['../../../..', 'c'.repeat(40), 'x'.repeat(5000)]) {
      write(join(hub(), 'models--org--name/refs/main'), wrong);
      expect(list().map(({ path }) => path)).toEqual([join(first, 'a.gguf')]);
    }
  });

  test('files that lead out of the cache are not read, whatever they are', () => {
    const outside = write(join(home, 'secret.json'), '{"model_type": "secret"}');
    const snapshot = writeRepository(hub(), 'org/name', { 'tokenizer.json': '{}' });
    symlinkSync(outside, join(snapshot, 'config.json'));
    symlinkSync(write(join(home, 'out.gguf'), tinyGguf()), join(snapshot, 'out.gguf'));
    symlinkSync(home, join(snapshot, 'folder'));
    symlinkSync(join(home, 'gone'), join(snapshot, 'gone.gguf'));
    const found = list();
    expect(JSON.stringify(found)).not.toContain('"secret"');
    expect(found.filter(({ format }) => format === 'gguf').map(({ why }) => why)).toEqual([
      'It cannot be read: it is not there.',
      expect.stringContaining('a link out of'),
    ]);
  });

  test('other kinds of models say why they do not open', () => {
    const tokenizer = readFileSync(
      join(writeModelFolder(join(home, 'model'), { graph: false }), 'tokenizer.json'),
    ).toString();
    const folder = (name: string, config: object, file = 'config.json') =>
      writeRepository(hub(), name, {
        [file]: JSON.stringify(config),
        'tokenizer.json': tokenizer,
        'model.safetensors': 'x'.repeat(9),
      });
    folder('a/encoder', { model_type: 'bert', architectures: ['BertModel'] });
    folder('b/experts', { model_type: 'deepseek_v3' });
    folder('c/quantized', { model_type: 'llama', quantization_config: { quant_method: 'awq' } });
    writeRepository(hub(), 'd/adapter', {
      'adapter_config.json':
        '{"peft_type": "LORA", "lora_alpha": 8, "base_model_name_or_path": "org/base"}',
      'adapter_model.safetensors': 'x',
    });
    const why = new Map(list().map(model => [model.name, `${model.opens}: ${model.why}`]));
    expect(why.get('a/encoder')).toMatch(/^tokenizer: BertModel is an encoder/);
    expect(why.get('b/experts')).toMatch(
      /^no: .*"deepseek_v3", a mixture of experts with shared experts/,
    );
    expect(why.get('c/quantized')).toMatch(/^no: .*quantized \(AWQ\)/);
    expect(why.get('d/adapter')).toMatch(
      /^no: It is an adapter for org\/base, which is not on this machine/,
    );
  });

  test('what is no model is not listed', () => {
    mkdirSync(join(hub(), 'datasets--org--name/snapshots/abc'), { recursive: true });
    mkdirSync(join(hub(), 'models--org--begun/blobs'), { recursive: true });
    writeRepository(hub(), 'org/pictures', { 'model_index.json': '{}' });
    write(join(hub(), 'version.txt'), '1');
    expect(list()).toEqual([]);
  });
});

describe('files', () => {
  test('of LM Studio are called by their folders, of llama.cpp by themselves', () => {
    write(join(home, '.lmstudio/models/pub/one/one-Q8_0.gguf'), tinyGguf());
    write(join(home, '.lmstudio/models/pub/two/a.gguf'), tinyGguf());
    write(join(home, '.lmstudio/models/pub/two/b.GGUF'), tinyGguf());
    write(join(home, '.cache/llama.cpp/org_repo_file.gguf'), tinyGguf());
    write(join(home, '.cache/llama.cpp/org_repo_file.gguf.json'), '{}');
    expect(list().map(({ place, name }) => `${place} ${name}`)).toEqual([
      'lm-studio pub/one',
      'lm-studio pub/two/a',
      'lm-studio pub/two/b',
      'llama.cpp org_repo_file',
    ]);
  });

  test.each([
    ['bert', /an encoder/],
    ['clip', /It is the image part/],
    ['qwen2moe', /a mixture of experts/],
    ['mamba', /a recurrent model/],
    ['nonsense', /of the architecture "nonsense"/],
  ])('of the architecture %s say what they are', (architecture, why) => {
    const change = { 'general.architecture': ['string', architecture] } as const;
    write(join(home, '.cache/llama.cpp/a.gguf'), tinyGguf('llama', change));
    expect(list()[0]).toMatchObject({ opens: 'tokenizer', family: architecture });
    expect(list()[0]!.why).toMatch(why);
    expect(list()[0]!.why).not.toContain(home);
  });

  test('say that they are adapters, or have no tokenizer that is known', () => {
    write(
      join(home, '.cache/llama.cpp/a.gguf'),
      tinyGguf('llama', { 'general.type': ['string', 'adapter'] }),
    );
    write(
      join(home, '.cache/llama.cpp/b.gguf'),
      tinyGguf('llama', { 'tokenizer.ggml.pre': ['string', 'default'] }),
    );
    const [adapter, unknown] = list();
    expect(adapter!.why).toMatch(/^It is a LoRA adapter/);
    expect(unknown).toMatchObject({ opens: 'no', family: 'llama' });
    expect(unknown!.why).toMatch(/tokenizer\.ggml\.pre/i);
  });

  test('that fill in the middle are known by their tokens', () => {
    const names = ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'];
    const tokens = (all: readonly string[]) =>
      tinyGguf('qwen2', { 'tokenizer.ggml.tokens': ['list', 'string', all] });
    write(join(home, '.cache/llama.cpp/a.gguf'), tokens([...names, '!']));
    write(join(home, '.cache/llama.cpp/b.gguf'), tokens([...names.slice(1), '!']));
    expect(list().map(({ fillsMiddle }) => fillsMiddle)).toEqual([true, false]);
  });

  test('that are cut short or no GGUF are listed with the reason', () => {
    write(join(home, '.cache/llama.cpp/a.gguf'), tinyGguf().subarray(0, 500));
    write(join(home, '.cache/llama.cpp/b.gguf'), 'words');
    write(join(home, '.cache/llama.cpp/c.gguf'), '');
    expect(list().map(({ opens, why }) => `${opens}: ${why}`)).toEqual([
      expect.stringMatching(/^no: It is truncated or damaged/),
      expect.stringMatching(/^no: It is not a GGUF file/),
      expect.stringMatching(/^no: It is not a GGUF file/),
    ]);
  });
});

describe('limits', () => {
  test('a folder that cannot be read is a problem, and the others are listed', () => {
    write(join(home, '.lmstudio/models/locked/one/a.gguf'), tinyGguf());
    write(join(home, '.lmstudio/models/open/one/a.gguf'), tinyGguf());
    chmodSync(home, 0o755);
    chmodSync(join(home, '.lmstudio/models/locked'), 0);
    // Root may read everything.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(list().map(({ name }) => name)).toEqual(['open/one']);
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(join(home, '.lmstudio/models/locked'), 0o755);
    }
    expect(problems).toEqual([
      {
        place: 'lm-studio',
        path: join(home, '.lmstudio/models/locked'),
        problem: 'permission denied',
      },
    ]);
  });

  test('of many entries only so many are read, and that is said', () => {
    for (let i = 0; i < 300; i++) writeFileSync(join(home, `${i}`), '');
    const place = new Place('lm-studio', home, 100);
    expect(place.entries(home)).toHaveLength(100);
    expect(place.entries(home)).toEqual([]);
    expect(place.problems).toEqual([
      expect.objectContaining({ problem: expect.stringContaining('more than 100 entries') }),
    ]);
  });

  test('a thousand files are listed, and folders that are deep are not entered', () => {
    for (let i = 0; i < 1000; i++)
      write(join(home, '.lmstudio/models/pub', `m${i % 20}`, `${i}.gguf`), 'GGUF');
    write(join(home, '.lmstudio/models/a/b/c/d/e.gguf'), tinyGguf());
    expect(list()).toHaveLength(1000);
    expect(problems).toEqual([]);
  });
});

test('recent paths come first, whether they are there or not', () => {
  const folder = writeModelFolder(join(home, 'mine'));
  const gone = join(home, 'gone');
  const file = write(join(home, 'own.bin'), tinyGguf());
  const snapshot = writeRepository(hub(), 'org/name', {
    'config.json': '{}',
    'tokenizer.json': '{}',
  });
  const found = list([folder, gone, file, snapshot]);
  expect(found.slice(0, 4).map(({ place, name, opens }) => [place, name, opens])).toEqual([
    ['recent', 'mine', 'model'],
    ['recent', 'gone', 'no'],
    ['recent', 'own.bin', 'model'],
    ['recent', 'org/name', 'tokenizer'],
  ]);
  expect(found[0]).toMatchObject({ format: 'onnx', quantisation: 'F32', exactBytes: true });
});

test.each([
  ['model_fp16', 'FP16', false],
  ['model_quantized', 'QUANTIZED', false],
  ['model_q4f16', 'Q4F16', false],
  ['model_q4', 'Q4', true],
])('an export as %s is called so, and exact bytes follow', (name, quantisation, exactBytes) => {
  const folder = writeModelFolder(join(home, 'export'));
  const [graph] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(each =>
    each.endsWith('model.onnx'),
  );
  renameSync(join(folder, graph!), join(folder, graph!.replace('model.onnx', `${name}.onnx`)));
  expect(list([folder])[0]).toMatchObject({ format: 'onnx', quantisation, exactBytes });
});

test('the built-in models are what they are', () => {
  const found = list(
    ['coder', 'reasoner/base', 'stories260K'].map(name => join(root, 'models', name)),
  );
  expect(
    found.map(({ opens, fillsMiddle, exactBytes, autoencoders }) => ({
      opens,
      fillsMiddle,
      exactBytes,
      autoencoders,
    })),
  ).toEqual([
    { opens: 'model', fillsMiddle: true, exactBytes: true, autoencoders: 1 },
    { opens: 'model', fillsMiddle: false, exactBytes: true, autoencoders: 0 },
    // That of a tokenizer.bin is known once it is open.
    { opens: 'model', fillsMiddle: null, exactBytes: null, autoencoders: 0 },
  ]);
});
