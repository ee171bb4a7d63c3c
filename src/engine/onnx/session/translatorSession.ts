// The translators of tuned lenses as one small graph, whose weights are fed with the states: it serves all of them.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Translator } from '../../../core/layers/readings';
import { varintField } from '../../../core/wire';
import { FLOAT, type ValueInfo } from '../graph/graph';
import { makeNode, writeModel } from '../graph/writeGraph';
import { smallSessionOptions } from './sessionOptions';

const OPSET = 17;
const IR_VERSION = 8;

const STATES = 'states';
const WEIGHT = 'weight';
const BIAS = 'bias';
const CHANGE = 'change';
const TRANSLATED = 'translated';

export class TranslatorSession {
  private constructor(private readonly session: InferenceSession) {}

  static async open(): Promise<TranslatorSession> {
    return new TranslatorSession(await InferenceSession.create(graph(), smallSessionOptions()));
  }

  /** h + W h + b of states h [rows, width]. */
  async run(states: Float32Array, { weight, bias }: Translator): Promise<Float32Array> {
    const width = bias.length;
    // Copies: ONNX Runtime reads no memory that threads share.
    const outputs = await this.session.run({
      [STATES]: new Tensor('float32', states, [states.length / width, width]),
      [WEIGHT]: new Tensor('float32', weight.slice(), [width, width]),
      [BIAS]: new Tensor('float32', bias.slice(), [width]),
    });
    return outputs[TRANSLATED]!.data as Float32Array;
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

function graph(): Uint8Array {
  const float = (name: string, shape: ValueInfo['shape']): ValueInfo => ({
    name,
    elementType: FLOAT,
    shape,
  });
  return writeModel({
    graph: {
      nodes: [
        makeNode('Gemm', [STATES, WEIGHT, BIAS], [CHANGE], { transB: { int: 1 } }),
        makeNode('Add', [STATES, CHANGE], [TRANSLATED]),
      ],
      initializers: [],
      inputs: [
        float(STATES, ['rows', 'width']),
        float(WEIGHT, ['width', 'width']),
        float(BIAS, ['width']),
      ],
      outputs: [float(TRANSLATED, ['rows', 'width'])],
      rest: [],
    },
    opsets: new Map([['', OPSET]]),
    rest: [varintField(1, IR_VERSION)],
  });
}
