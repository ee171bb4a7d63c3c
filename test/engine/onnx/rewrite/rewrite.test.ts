// Reading and rewriting .onnx files: what survives, what is refused and with which message.
import fc from 'fast-check';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ByteSource } from '../../../../src/engine/files/byteSource';
import { readProto } from '../../../../src/engine/onnx/graph/externalise';
import { FLOAT, FLOAT16, type OnnxModel } from '../../../../src/engine/onnx/graph/graph';
import { intAttribute, parseModel } from '../../../../src/engine/onnx/graph/readGraph';
import {
  makeInitializer,
  makeNode,
  writeModel,
} from '../../../../src/engine/onnx/graph/writeGraph';
import {
  computesInHalf,
  keepActivationsExact,
  quantizationKind,
} from '../../../../src/engine/onnx/graph/graphTraits';
import { findRoles } from '../../../../src/engine/onnx/graph/graphRoles';
import { addScoring } from '../../../../src/engine/onnx/rewrite/scoring';
import { findResiduals } from '../../../../src/engine/onnx/rewrite/residuals';
import { unembeddingModel } from '../../../../src/engine/onnx/rewrite/unembedding';
import {
  readField,
  readFields,
  stringField,
  varintField,
  WireError,
} from '../../../../src/core/wire';
import { OpenGraph } from '../../../../src/engine/onnx/session/openGraph';
import { concatBytes } from '../../../../src/core/bytes';
import { UserError } from '../../../../src/core/errors';
import { writeDecoder, type DecoderOptions } from '../../../support/graphs';
import { seedOr } from '../../../support/seed';

const LOGITS = { name: 'logits', elementType: 1, shape: undefined };

let folder: string;
let count = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokenscope-onnx-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the wire format', () => {
  test('reads back any number and any text that it wrote', () => {
    const numbers = fc.tuple(
      fc.integer({ min: 1, max: 1000 }),
      fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-1, 0, 2 ** 49, 2 ** 48 - 1, -(2 ** 53))),
    );
    fc.assert(
      fc.property(numbers, fc.string(), ([number, value], text) => {
        expect(readField(varintField(number, value), 0)).toMatchObject({ number, value });
        const written = stringField(number, text);
        expect([...readFields(written)]).toHaveLength(1);
        expect(readField(written, 0).end).toBe(written.length);
      }),
      { seed: seedOr(1) },
    );
  });

  test('reads fields from any bytes, or throws a WireError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
        try {
          let end = 0;
          for (const field of readFields(bytes)) {
            expect(field.from).toBe(end);
            end = field.end;
          }
          expect(end).toBe(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { seed: seedOr(1) },
    );
  });
});

describe('a graph read without its weights', () => {
  test('skips them', () => {
    const bytes = readFileSync(decoder({ hidden: 128, vocab: 2000 }));
    let readBytes = 0;
    const source: ByteSource = {
      size: bytes.length,
      read: (offset, length) => {
        const part = bytes.subarray(offset, offset + length);
        readBytes += part.length;
        return part;
      },
    };
    const proto = readProto(source, '');
    expect(bytes.length).toBeGreaterThan(3e6);
    expect(proto.length).toBeLessThan(40e3);
    expect(readBytes).toBeLessThan(bytes.length / 3);
  });

  test('opens where a tensor says after its data that it is inside', async () => {
    // As onnxruntime's quantize_dynamic writes them.
    const path = decoder({ hidden: 64, dynamicInt8: true });
    const model = modelOf(path);
    for (const tensor of model.graph.initializers)
      tensor.bytes = concatBytes([tensor.bytes, varintField(14, 0)]);
    writeFileSync(path, writeModel(model));
    const { report } = await OpenGraph.open({ folder, onnxPath: path });
    expect(report.weights).toBe('embedded');
    expect(report.warnings.join('\n')).toContain('depend on which other tokens share the run');
  });

  test('keeps what it does not understand', () => {
    const model = modelOf(decoder());
    model.rest.push(stringField(6, 'a note'));
    model.graph.nodes[0]!.rest.push(stringField(6, 'another'));
    const again = parseModel(writeModel(model));
    expect(again.rest).toEqual(model.rest);
    expect(again.graph.nodes).toEqual(model.graph.nodes);
    expect(again.opsets).toEqual(model.opsets);
  });
});

describe('the residual stream', () => {
  test.each([
    [{ layers: 3 }, 6],
    [{ layers: 3, attention: 'gqa' as const }, 6],
    [{ layers: 3, parallel: true }, 3],
    [{ layers: 2, dynamicInt8: true }, 4],
  ])('of %o has %i additions', (options: DecoderOptions, additions) => {
    const layers = options.layers!;
    const { hooks } = residuals(modelOf(decoder(options)), layers);
    expect(new Set(hooks.map(({ tensor }) => tensor)).size).toBe(additions + 1);
    expect(hooks[0]?.hook).toBe('blocks.0.hook_resid_pre');
    expect(hooks.at(-1)?.hook).toBe(`blocks.${layers - 1}.hook_resid_post`);
    // What leaves a block is what enters the next.
    const tensors = new Map(hooks.map(({ hook, tensor }) => [hook, tensor]));
    expect(tensors.get('blocks.1.hook_resid_pre')).toBe(tensors.get('blocks.0.hook_resid_post'));
  });

  test('is missing if it does not fit the number of layers', () => {
    const { hooks, missing } = residuals(modelOf(decoder({ layers: 3 })), 4);
    expect(hooks).toEqual([]);
    expect(missing).toContain('6 additions');
  });

  test('leads to the logits only from its last hook', () => {
    const model = modelOf(decoder());
    const { hooks } = residuals(model, 2);
    expect(unembeddingModel(model, hooks.at(-1)!.tensor, LOGITS)).toBeDefined();
    expect(unembeddingModel(model, hooks.at(-2)!.tensor, LOGITS)).toBeDefined();
    // Between here and there attention reads keys and values.
    expect(unembeddingModel(model, hooks[1]!.tensor, LOGITS)).toBeUndefined();
  });
});

test.each(['MatMul', 'FusedMatMul', 'Gemm'] as const)(
  'a head of %s multiplies the rows that are scored, and no others',
  head => {
    const model = modelOf(decoder({ head, vocab: 61 }));
    const { logits } = findRoles(model.graph);
    addScoring(model, logits);
    const gathers = model.graph.nodes.filter(({ inputs }) => inputs[1] === 'tokenscope.rows');
    const [rows = ''] = gathers[0]!.outputs;
    expect(gathers).toHaveLength(1);
    const readers = model.graph.nodes.filter(({ inputs }) => inputs.includes(rows));
    expect(readers.map(({ opType }) => opType)).toEqual([head]);
  },
);

describe('quantization', () => {
  test('is recognized by its operators', () => {
    expect(quantizationKind(modelOf(decoder()).graph)).toBe('none');
    expect(quantizationKind(modelOf(decoder({ float16: true })).graph)).toBe('fp16');
    expect(quantizationKind(modelOf(decoder({ dynamicInt8: true })).graph)).toBe('dynamic-int8');
  });

  test('of weights leaves activations as they are', () => {
    const model = modelOf(decoder());
    const bits = { bits: { int: 4 }, accuracy_level: { int: 4 } };
    model.graph.nodes.push(makeNode('MatMulNBits', ['a', 'b'], ['c'], bits, 'com.microsoft'));
    expect(quantizationKind(model.graph)).toBe('weight-only');
    keepActivationsExact(model.graph);
    const node = parseModel(writeModel(model)).graph.nodes.at(-1)!;
    expect(intAttribute(node, 'accuracy_level', -1)).toBe(0);
    expect(intAttribute(node, 'bits', -1)).toBe(4);
  });

  test('of weights passes the self-test', async () => {
    const path = decoder({ fourBits: true, dataFile: 'weights.bin' });
    const { report } = await OpenGraph.open({ folder: join(path, '..'), onnxPath: path });
    expect(report.quantization).toBe('weight-only');
    expect(report.warnings).toEqual([]);
  });

  test('of 4 bits in half precision is both', async () => {
    const path = decoder({ fourBits: true, float16: true });
    const { report } = await OpenGraph.open({ folder: join(path, '..'), onnxPath: path });
    expect(report).toMatchObject({
      quantization: 'weight-only',
      isHalf: true,
      noTree: 'it computes in float16',
    });
    // The residual stream is read in float32, else it would have another width.
    expect(report.hooks).toHaveLength(6);
    const residual = report.selfTest.find(({ name }) => name.startsWith('Logits of the last'));
    expect(residual?.passed).toBe(true);
  });

  test('weights that are kept in half precision do not make a graph compute in it', () => {
    const { graph } = modelOf(decoder());
    graph.initializers.push(makeInitializer('half', FLOAT16, [4], new Uint16Array(4)));
    graph.nodes.push(makeNode('Cast', ['half'], ['whole'], { to: { int: FLOAT } }));
    expect(computesInHalf(graph)).toBe(false);
    graph.nodes.push(makeNode('Mul', ['half', 'half'], ['square']));
    expect(computesInHalf(graph)).toBe(true);
  });

  test('that depends on other tokens in a run has a warning', async () => {
    const path = decoder({ dynamicInt8: true });
    const { report } = await OpenGraph.open({ folder, onnxPath: path });
    expect(report.quantization).toBe('dynamic-int8');
    expect(report.warnings.join('\n')).toContain('depend on which other tokens share the run');
    expect(report.selfTest.find(({ name }) => name.startsWith('In chunks'))?.passed).toBe(false);
  });
});

test('a vocabulary of 262,144 passes the self-test, whose tolerance is that of sums in float32', async () => {
  const size = { vocab: 262_144, hidden: 16, heads: 2, layers: 1 };
  const path = decoder({ ...size, seed: 2 });
  const { report } = await OpenGraph.open({ folder, onnxPath: path });
  expect(report.warnings).toEqual([]);
  const entropy = report.selfTest.find(({ name }) => name.endsWith('entropy'))!;
  expect(entropy).toMatchObject({ tolerance: 2e-4, passed: true });
});

describe('what cannot be used is refused by name', () => {
  test('a file cut short anywhere', async () => {
    const path = decoder();
    const bytes = readFileSync(path);
    for (let twentieth = 0; twentieth < 20; twentieth++) {
      const cut = join(folder, `cut-${twentieth}.onnx`);
      writeFileSync(cut, bytes.subarray(0, (bytes.length * twentieth) / 20));
      await expectRefusal(cut, cut);
    }
  });

  test.each([
    ['text', 'This is no graph.\n'.repeat(100), 'not an ONNX model'],
    ['a web page', '<!doctype html><html><body>Not found</body></html>', 'not an ONNX model'],
    ['a pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', 'git lfs pull'],
    ['zeros', '\0'.repeat(1000), 'not an ONNX model'],
    ['nothing', '', 'holds no graph'],
  ])('%s', async (_, content, words) => {
    const path = join(folder, 'foreign.onnx');
    writeFileSync(path, content);
    await expectRefusal(path, words);
  });

  test('a graph that is missing', () => expectRefusal(join(folder, 'absent.onnx'), 'absent.onnx'));

  test.each([
    ['no logits', (m: OnnxModel) => m.graph.outputs.pop(), 'no output "logits"'],
    ['no ids', (m: OnnxModel) => m.graph.inputs.shift(), 'no input "input_ids"'],
    ['no past', (m: OnnxModel) => m.graph.inputs.splice(3), 'takes no keys and values'],
    [
      'an encoder',
      (m: OnnxModel) => {
        m.graph.inputs.splice(3);
        m.graph.inputs.push({ name: 'token_type_ids', elementType: 7, shape: [1, 1] });
      },
      'is an encoder or a classifier',
    ],
    [
      'hidden states alone',
      (m: OnnxModel) =>
        m.graph.outputs.splice(-1, 1, {
          name: 'last_hidden_state',
          elementType: 1,
          shape: [1, 1, 1],
        }),
      'it is an encoder, or a decoder exported without its LM head',
    ],
    [
      'a merged decoder',
      (m: OnnxModel) =>
        m.graph.inputs.push({ name: 'use_cache_branch', elementType: 9, shape: [1] }),
      'is a merged decoder',
    ],
    ['an old opset', (m: OnnxModel) => m.opsets.set('', 9), 'opset 9'],
    [
      'an input that nobody knows',
      (m: OnnxModel) => m.graph.inputs.push({ name: 'pixels', elementType: 1, shape: [1] }),
      '"pixels"',
    ],
    [
      'an operator that nobody knows',
      (m: OnnxModel) => (m.graph.nodes[3]!.opType = 'Frobnicate'),
      'Frobnicate',
    ],
  ])('%s', async (_, spoil, words) => {
    const path = decoder();
    const model = parseModel(readFileSync(path));
    spoil(model);
    writeFileSync(path, writeModel(model));
    await expectRefusal(path, words);
  });

  test('weights that are missing, cut short or elsewhere', async () => {
    const path = decoder({ dataFile: 'weights.bin' });
    const data = join(path, '../weights.bin');
    const bytes = readFileSync(data);
    writeFileSync(data, bytes.subarray(0, bytes.length - 1));
    await expectRefusal(path, 'weights.bin is truncated');
    rmSync(data);
    await expectRefusal(path, 'weights.bin is missing');
    mkdirSync(data);
    await expectRefusal(path, 'weights.bin is missing');
    const outside = decoder({ dataFile: '../weights.bin' });
    await expectRefusal(outside, "outside of the model's folder");
  });

  test('weights that are a link out of the folder, whatever else is there', async () => {
    const path = decoder({ dataFile: 'weights.bin' });
    const data = join(path, '../weights.bin');
    const secret = join(folder, `secret-${count++}`);
    renameSync(data, secret);
    symlinkSync(secret, data);
    await expectRefusal(path, "outside of the model's folder");
    await expectRefusal(path, secret);
  });

  test('a file with bytes changed opens, or is refused, and nothing else', async () => {
    // With the weights in another file every byte of this one matters.
    const source = decoder({ dataFile: 'weights.bin' });
    const bytes = readFileSync(source);
    const path = join(source, '../mutated.onnx');
    let refused = 0;
    const mutation = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(mutation, async changes => {
        const mutated = new Uint8Array(bytes);
        for (const [at, byte] of changes) mutated[at % mutated.length] = byte;
        writeFileSync(path, mutated);
        try {
          await (await OpenGraph.open({ folder: join(path, '..'), onnxPath: path })).close();
        } catch (error) {
          refused++;
          expect(error).toBeInstanceOf(UserError);
          expect((error as Error).message).toMatch(/mutated\.onnx|weights\.bin/);
        }
      }),
      { numRuns: 100, seed: seedOr(5) },
    );
    expect(refused).toBeGreaterThan(20);
  });
});

describe('weights are read in place', () => {
  test('through links that lead out of the folder, as a download cache has them', async () => {
    const source = decoder({ dataFile: 'weights.bin', tied: true });
    const cache = join(folder, 'cache');
    const snapshot = join(cache, 'snapshots/1/onnx');
    mkdirSync(join(cache, 'blobs'), { recursive: true });
    mkdirSync(snapshot, { recursive: true });
    for (const [blob, file] of [
      ['a1', source],
      ['b2', join(source, '../weights.bin')],
    ] as const) {
      copyFileSync(file, join(cache, 'blobs', blob));
      symlinkSync(`../../../blobs/${blob}`, join(snapshot, basename(file)));
    }
    const onnxPath = join(snapshot, 'model.onnx');
    const { report } = await OpenGraph.open({ folder: join(cache, 'snapshots/1'), onnxPath });
    expect(report.warnings).toEqual([]);
  });

  test('above the graph, as one copy for two frameworks has them', async () => {
    const home = join(folder, 'home');
    const onnxPath = writeDecoder(join(home, 'onnx'), { dataFile: '../model.safetensors' });
    const { report } = await OpenGraph.open({ folder: home, onnxPath });
    expect(report.warnings).toEqual([]);
    expect(report.weights).toBe('external');
  });

  test('and the file is left as it was', async () => {
    const path = decoder();
    const before = statSync(path).mtimeMs;
    const bytes = readFileSync(path);
    await (await OpenGraph.open({ folder, onnxPath: path })).close();
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(statSync(path).mtimeMs).toBe(before);
  });
});

const gpt2 = join(
  import.meta.dirname,
  '../../../../../shared/data/models/tiny-random-gpt2/past.onnx',
);
test.skipIf(!existsSync(gpt2))('a fused GPT-2 of opset 11 passes its self-test', async () => {
  const { report } = await OpenGraph.open({
    folder: join(gpt2, '..'),
    onnxPath: gpt2,
    hiddenSize: 32,
    layers: 5,
  });
  expect(report).toMatchObject({
    opset: 11,
    attention: 'Attention',
    vocabSize: 1000,
    warnings: [],
  });
  expect(report.hooks).toHaveLength(15);
  expect(report.selfTest.filter(({ passed }) => !passed)).toEqual([]);
  expect(report.selfTest.map(({ name }) => name)).toContain(
    'Logits of the last residual against logits',
  );
});

function decoder(options: DecoderOptions = {}): string {
  return writeDecoder(join(folder, `decoder-${count++}`), options);
}

function modelOf(path: string): OnnxModel {
  return parseModel(new Uint8Array(readFileSync(path)));
}

function residuals(model: OnnxModel, layers: number) {
  return findResiduals(model.graph, 'input_ids', layers);
}

async function expectRefusal(path: string, words: string): Promise<void> {
  const error = await OpenGraph.open({ folder: join(path, '..'), onnxPath: path }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toContain(words);
}
