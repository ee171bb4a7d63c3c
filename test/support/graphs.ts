// Decoders with random weights, built node by node, for tests that compare two ways of computing and do not need a
// good model.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { externalFields } from '../../src/engine/onnx/graph/externalise';
import {
  FLOAT,
  FLOAT16,
  INT32,
  INT64,
  type Graph,
  type GraphNode,
  type Initializer,
  type ValueInfo,
} from '../../src/engine/onnx/graph/graph';
import {
  makeInitializer,
  makeNode,
  writeModel,
  type AttributeValue,
} from '../../src/engine/onnx/graph/writeGraph';
import { concatBytes } from '../../src/core/bytes';
import { stringField, varintField } from '../../src/core/wire';

export interface DecoderOptions {
  vocab?: number;
  hidden?: number;
  layers?: number;
  heads?: number;
  /** Fewer than `heads`: each is shared by heads / kvHeads of them. */
  kvHeads?: number;
  /** The number of positions. */
  context?: number;
  /** `gqa` is com.microsoft's GroupQueryAttention with fused skip-norms, `naive` MatMul and Softmax. */
  attention?: 'naive' | 'gqa';
  /** Layer by layer, tokens that a token attends to; 0 for all. */
  windows?: readonly number[];
  /** `gqa` alone: the operator rotates queries and keys by itself. */
  rotary?: boolean;
  opset?: number;
  float16?: boolean;
  /** Quantise the MLP's activations as the graph runs. */
  dynamicInt8?: boolean;
  /** The MLP has weights of 4 bits, its operator asks for 8-bit activations. */
  fourBits?: boolean;
  /** The head is the token embedding, [vocab, hidden], transposed in the graph. */
  tied?: boolean;
  /** The operator of the head: `Gemm` takes matrices, and its logits are reshaped. */
  head?: 'MatMul' | 'FusedMatMul' | 'Gemm';
  /** Matrices are [out, in], as PyTorch keeps them, and transposed in the graph. */
  transposed?: boolean;
  /** Where the weights are: in the .onnx file, or in this file beside it. */
  dataFile?: string;
  /** Attention and MLP read the same input and are added at once. */
  parallel?: boolean;
  seed?: number;
}

/** Writes `model.onnx` (and its data) into `folder`; returns its path. */
export function writeDecoder(folder: string, options: DecoderOptions = {}): string {
  mkdirSync(folder, { recursive: true });
  const builder = new Builder(options);
  builder.build();
  const path = join(folder, 'model.onnx');
  if (options.dataFile !== undefined)
    writeFileSync(join(folder, options.dataFile), builder.moveWeightsTo(options.dataFile));
  writeFileSync(path, builder.bytes());
  return path;
}

class Builder {
  private readonly graph: Graph = {
    nodes: [],
    initializers: [],
    inputs: [],
    outputs: [],
    rest: [stringField(2, 'decoder')],
  };
  private readonly o: Required<Omit<DecoderOptions, 'dataFile'>>;
  private readonly random: () => number;
  private readonly headSize: number;
  private readonly real: number;
  private count = 0;

  constructor(options: DecoderOptions) {
    const heads = options.heads ?? 4;
    this.o = {
      vocab: 97,
      hidden: 32,
      layers: 2,
      heads,
      kvHeads: heads,
      context: 512,
      attention: 'naive',
      windows: [],
      rotary: false,
      opset: 14,
      float16: false,
      dynamicInt8: false,
      fourBits: false,
      tied: false,
      head: 'MatMul',
      transposed: false,
      parallel: false,
      seed: 1,
      ...options,
    };
    this.random = normals(this.o.seed);
    this.headSize = this.o.hidden / this.o.heads;
    this.real = this.o.float16 ? FLOAT16 : FLOAT;
  }

  build(): void {
    const { vocab, hidden, layers, kvHeads, context, attention } = this.o;
    this.input('input_ids', INT64, [1, 'tokens']);
    this.input('attention_mask', INT64, [1, 'seen']);
    this.input('position_ids', INT64, [1, 'tokens']);
    const table = this.weight('wte', [vocab, hidden], 1);
    const embedded = this.op('Gather', [table, 'input_ids']);
    const positions = this.op('Gather', [
      this.weight('wpe', [context, hidden], 0.5),
      'position_ids',
    ]);
    const masks = new Map<number, string[]>();
    const lengths = attention === 'gqa' ? this.gqaLengths() : [];
    let [x, normed] = this.addAndNorm(embedded, positions);
    for (let layer = 0; layer < layers; layer++) {
      const past = ['key', 'value'].map(part => {
        const name = `past_key_values.${layer}.${part}`;
        this.input(name, this.real, [1, kvHeads, 'past', this.headSize]);
        return name;
      });
      const window = attention === 'gqa' ? 0 : (this.o.windows[layer] ?? 0);
      const shared =
        attention === 'gqa' ? lengths : (masks.get(window) ?? [this.causalMask(window)]);
      masks.set(window, shared);
      const attended = this.attend(normed, past, layer, shared);
      const isLast = layer === layers - 1;
      if (this.o.parallel)
        [x, normed] = this.addAndNorm(this.op('Add', [attended, this.mlp(normed)]), x);
      else {
        [x, normed] = this.addAndNorm(x, attended);
        [x, normed] = this.addAndNorm(this.mlp(normed), x, isLast);
      }
    }
    if (this.o.head === 'MatMul') {
      const head = this.o.tied
        ? this.op('Transpose', [table], { perm: { ints: [1, 0] } })
        : this.weight('lm_head', [hidden, vocab], 3 / Math.sqrt(hidden));
      this.graph.nodes.push(makeNode('MatMul', [normed, head], ['logits']));
    } else this.turnedHead(normed);
    this.output('logits', this.real, [1, 'tokens', vocab]);
  }

  /** With a matrix [vocab, hidden]. */
  private turnedHead(normed: string): void {
    const { vocab, hidden, head } = this.o;
    const weight = this.weight('lm_head', [vocab, hidden], 3 / Math.sqrt(hidden));
    const turned = { transB: { int: 1 } };
    if (head === 'FusedMatMul') {
      const inputs = [normed, weight];
      this.graph.nodes.push(makeNode(head, inputs, ['logits'], turned, 'com.microsoft'));
      return;
    }
    const rows = this.op('Reshape', [normed, this.ints([-1, hidden])]);
    const product = this.op('Gemm', [rows, weight], turned);
    const lengths = this.op('Gather', [this.op('Shape', ['input_ids']), this.ints([0, 1])]);
    const shape = this.op('Concat', [lengths, this.ints([vocab])], { axis: { int: 0 } });
    this.graph.nodes.push(makeNode('Reshape', [product, shape], ['logits']));
  }

  private attend(x: string, past: string[], layer: number, shared: string[]): string {
    const { hidden, heads, kvHeads, attention } = this.o;
    const kvWidth = kvHeads * this.headSize;
    const scale = 2 / Math.sqrt(hidden);
    const [q = '', k = '', v = ''] = [hidden, kvWidth, kvWidth].map(width =>
      this.op('MatMul', [x, this.matrix(hidden, width, scale)]),
    );
    const present = ['key', 'value'].map(part => `present.${layer}.${part}`);
    for (const name of present) this.output(name, this.real, [1, kvHeads, 'seen', this.headSize]);
    let attended: string;
    if (attention === 'gqa') {
      attended = this.name('GroupQueryAttention');
      const window = this.o.windows[layer] ?? 0;
      const attributes = {
        num_heads: { int: heads },
        kv_num_heads: { int: kvHeads },
        ...(window > 0 && { local_window_size: { int: window } }),
        ...(this.o.rotary && { do_rotary: { int: 1 } }),
      };
      this.graph.nodes.push(
        makeNode(
          'GroupQueryAttention',
          [q, k, v, ...past, ...shared],
          [attended, ...present],
          attributes,
          'com.microsoft',
        ),
      );
    } else attended = this.naiveAttention([q, k, v], past, present, shared[0] ?? '');
    return this.op('MatMul', [attended, this.matrix(hidden, hidden, scale)]);
  }

  private naiveAttention(qkv: string[], past: string[], present: string[], mask: string): string {
    const { heads, kvHeads, hidden } = this.o;
    const size = this.headSize;
    const group = heads / kvHeads;
    const [q = '', k = '', v = ''] = qkv;
    const split = (name: string, shape: number[], perm: number[]) =>
      this.op('Transpose', [this.op('Reshape', [name, this.ints(shape)])], {
        perm: { ints: perm },
      });
    // Heads that share keys have a dimension of their own: [1, kvHeads, group, tokens, size].
    const queries = split(q, [1, -1, kvHeads, group, size], [0, 2, 3, 1, 4]);
    const [keys = '', values = ''] = [k, v].map((name, i) => {
      const fresh = split(name, [1, -1, kvHeads, size], [0, 2, 1, 3]);
      const output = present[i] ?? '';
      this.graph.nodes.push(
        makeNode('Concat', [past[i] ?? '', fresh], [output], { axis: { int: 2 } }),
      );
      return this.op('Reshape', [output, this.ints([1, kvHeads, 1, -1, size])]);
    });
    const turned = this.op('Transpose', [keys], { perm: { ints: [0, 1, 2, 4, 3] } });
    const products = this.op('MatMul', [queries, turned]);
    const scaled = this.op('Mul', [products, this.reals([1 / Math.sqrt(size)], [])]);
    const weights = this.op('Softmax', [this.op('Add', [scaled, mask])], { axis: { int: -1 } });
    const mixed = this.op('Transpose', [this.op('MatMul', [weights, values])], {
      perm: { ints: [0, 3, 1, 2, 4] },
    });
    return this.op('Reshape', [mixed, this.ints([1, -1, hidden])]);
  }

  /** 0 if a position may attend, -1e4 if not (float16 cannot hold much more). */
  private causalMask(window: number): string {
    const seen = this.op('Gather', [this.op('Shape', ['attention_mask']), this.ints([1], [])]);
    const keys = this.op('Range', [this.ints([0], []), seen, this.ints([1], [])]);
    const queries = this.op('Reshape', ['position_ids', this.ints([-1, 1])]);
    let hidden = this.op('Less', [queries, keys]);
    if (window > 0) {
      const left = this.op('Sub', [queries, this.ints([window - 1], [])]);
      hidden = this.op('Or', [hidden, this.op('Less', [keys, left])]);
    }
    return this.op('Where', [hidden, this.reals([-1e4], []), this.reals([0], [])]);
  }

  private gqaLengths(): string[] {
    const int32 = { to: { int: INT32 } };
    const sum = this.op('ReduceSum', ['attention_mask', this.ints([1])], { keepdims: { int: 0 } });
    const last = this.op('Cast', [this.op('Sub', [sum, this.ints([1])])], int32);
    const total = this.op('Gather', [this.op('Shape', ['attention_mask']), this.ints([1], [])]);
    const lengths = [last, this.op('Cast', [total], int32)];
    if (!this.o.rotary) return lengths;
    const tables = [Math.cos, Math.sin].map(turn => {
      const half = this.headSize / 2;
      const angles = Array.from(
        { length: this.o.context * half },
        (_, i) => Math.floor(i / half) * 100 ** (-(i % half) / half),
      );
      return this.reals(angles.map(turn), [this.o.context, half]);
    });
    return [...lengths, ...tables];
  }

  private mlp(x: string): string {
    const { hidden, dynamicInt8, fourBits } = this.o;
    const width = 2 * hidden;
    const up = this.op('MatMul', [x, this.matrix(hidden, width, 2 / Math.sqrt(hidden))]);
    const active = this.op('Relu', [up]);
    if (fourBits) return this.fourBitProduct(active, width, hidden);
    if (!dynamicInt8)
      return this.op('MatMul', [active, this.matrix(width, hidden, 1 / Math.sqrt(width))]);
    const quantised = ['q', 'scale', 'zero'].map(part => this.name(part));
    const [q = '', scale = '', zero = ''] = quantised;
    this.graph.nodes.push(makeNode('DynamicQuantizeLinear', [active], quantised));
    const bytes = Int8Array.from({ length: width * hidden }, () => this.random() * 40);
    const weight = this.add(makeInitializer(this.name('w_int8'), 3, [width, hidden], bytes));
    const none = this.add(makeInitializer(this.name('zero_int8'), 3, [], Int8Array.of(0)));
    const product = this.op('MatMulInteger', [q, weight, zero, none]);
    const floats = this.op('Cast', [product], { to: { int: FLOAT } });
    return this.op('Mul', [floats, this.op('Mul', [scale, this.reals([0.003], [])])]);
  }

  private fourBitProduct(x: string, k: number, n: number): string {
    const blocks = k / 32;
    const packed = Uint8Array.from({ length: n * blocks * 16 }, () => Math.abs(this.random()) * 99);
    const weight = this.add(
      makeInitializer(this.name('w_4bit'), 2, [n, blocks, 16], packed),
      packed,
    );
    const scales = this.reals(Array<number>(n * blocks).fill(0.02), [n * blocks]);
    const output = this.name('MatMulNBits');
    this.graph.nodes.push(
      makeNode(
        'MatMulNBits',
        [x, weight, scales],
        [output],
        {
          K: { int: k },
          N: { int: n },
          bits: { int: 4 },
          block_size: { int: 32 },
          accuracy_level: { int: 4 },
        },
        'com.microsoft',
      ),
    );
    return output;
  }

  /** The sum and its norm. As with some exporters, the last fused operator does not output its sum. */
  private addAndNorm(a: string, b: string, isLast = false): [sum: string, normed: string] {
    if (this.o.attention !== 'gqa') {
      const sum = this.op('Add', [a, b]);
      return [sum, this.norm(sum)];
    }
    const scale = this.weight('norm', [this.o.hidden], 0, 1);
    const normed = this.name('SkipSimplifiedLayerNormalization');
    const sum = this.name('sum');
    this.graph.nodes.push(
      makeNode(
        'SkipSimplifiedLayerNormalization',
        [a, b, scale],
        isLast ? [normed] : [normed, '', '', sum],
        { epsilon: { float: 1e-5 } },
        'com.microsoft',
      ),
    );
    return [sum, normed];
  }

  /** Root-mean-square norm. */
  private norm(x: string): string {
    const scale = this.weight('norm', [this.o.hidden], 0, 1);
    const square = this.op('Mul', [x, x]);
    const mean =
      this.o.opset >= 18
        ? this.op('ReduceMean', [square, this.ints([-1])])
        : this.op('ReduceMean', [square], { axes: { ints: [-1] } });
    const root = this.op('Sqrt', [this.op('Add', [mean, this.reals([1e-5], [])])]);
    return this.op('Mul', [this.op('Div', [x, root]), scale]);
  }

  bytes(): Uint8Array {
    const opsets = new Map([
      ['', this.o.opset],
      ['com.microsoft', 1],
    ]);
    return writeModel({ graph: this.graph, opsets, rest: [varintField(1, 8)] });
  }

  /** Makes weights external, after 64 unrelated bytes; returns the bytes of the file. */
  moveWeightsTo(location: string): Uint8Array {
    const parts: Uint8Array[] = [new Uint8Array(64)];
    let offset = 64;
    for (const tensor of this.graph.initializers) {
      const raw = this.raw.get(tensor);
      if (raw === undefined || raw.length < 128) continue;
      tensor.bytes = concatBytes([
        ...tensor.dims.map(dim => varintField(1, dim)),
        varintField(2, tensor.elementType),
        stringField(8, tensor.name),
        externalFields({ location, offset, length: raw.length }),
      ]);
      parts.push(raw);
      offset += raw.length;
    }
    return concatBytes(parts);
  }

  private readonly raw = new Map<Initializer, Uint8Array>();

  private add(tensor: Initializer, raw?: Uint8Array): string {
    this.graph.initializers.push(tensor);
    if (raw !== undefined) this.raw.set(tensor, raw);
    return tensor.name;
  }

  /** [rows, columns], in the way that the options request. */
  private matrix(rows: number, columns: number, deviation: number): string {
    if (!this.o.transposed) return this.weight('w', [rows, columns], deviation);
    const turned = this.weight('w', [columns, rows], deviation);
    return this.op('Transpose', [turned], { perm: { ints: [1, 0] } });
  }

  private weight(name: string, dims: number[], deviation: number, mean = 0): string {
    const length = dims.reduce((product, dim) => product * dim, 1);
    return this.reals(
      Array.from({ length }, () => mean + deviation * this.random()),
      dims,
      this.name(name),
    );
  }

  private reals(values: number[], dims: number[], name = this.name('c')): string {
    const data = this.o.float16 ? Uint16Array.from(values, halfOf) : Float32Array.from(values);
    return this.add(makeInitializer(name, this.real, dims, data), new Uint8Array(data.buffer));
  }

  private ints(values: number[], dims = [values.length]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.add(makeInitializer(this.name('i'), INT64, dims, data));
  }

  private op(
    opType: string,
    inputs: string[],
    attributes: Record<string, AttributeValue> = {},
  ): string {
    const output = this.name(opType);
    const node: GraphNode = makeNode(opType, inputs, [output], attributes);
    this.graph.nodes.push(node);
    return output;
  }

  private input(name: string, elementType: number, shape: ValueInfo['shape']): void {
    this.graph.inputs.push({ name, elementType, shape });
  }

  private output(name: string, elementType: number, shape: ValueInfo['shape']): void {
    this.graph.outputs.push({ name, elementType, shape });
  }

  private name(of: string): string {
    return `${of}_${this.count++}`;
  }
}

/** Normally distributed numbers, determined by the seed. */
export function normals(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** The bits of the nearest float16, for the magnitudes that occur here. */
function halfOf(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  if (exponent <= 0) return sign;
  return sign | ((exponent << 10) + ((bits & 0x7fffff) >>> 13) + ((bits >>> 12) & 1));
}
