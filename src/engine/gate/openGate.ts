// The delete gate beside whatever model is open: opened when its lens first asks for it, in a thread of its own as every
// model is, and kept until another folder is asked for.
import { UserError } from '../../core/errors';
import { Lazy } from '../models/lazy';
import type { OpenModel } from '../models/model';
import type { ModelSource } from '../models/source';
import { Gate } from './gate';
import { readGateFolder } from './gateFolder';

export class OpenGate {
  private folder = '';
  private lazy: Lazy<Gate>;

  constructor(
    private readonly openModel: OpenModel,
    /** The folder of the gate that comes with Tokenscope. */
    private readonly builtIn: string,
  ) {
    this.lazy = this.lazyOf(this.folder);
  }

  /** Undefined until the gate of that folder was asked for and opened. Empty: the built-in one. */
  current(folder: string): Gate | undefined {
    return folder === this.folder ? this.lazy.current : undefined;
  }

  /** In place of that of another folder. Throws `UserError` where the folder holds none. */
  open(folder: string): Promise<Gate> {
    if (folder !== this.folder) {
      this.lazy.close();
      this.folder = folder;
      this.lazy = this.lazyOf(folder);
    }
    return this.lazy.get();
  }

  dispose(): void {
    this.lazy.close();
  }

  private lazyOf(folder: string): Lazy<Gate> {
    return new Lazy(() => openGate(folder || this.builtIn, this.openModel));
  }
}

/** Throws `UserError` where the folder holds no gate, or it cannot be run. */
async function openGate(path: string, openModel: OpenModel): Promise<Gate> {
  const { folder, onnxPath, ...read } = readGateFolder(path);
  const ids = Uint32Array.of(...read.ids, ...(read.end === undefined ? [] : [read.end]));
  const weights = { source: gateSource(ids), path: onnxPath };
  const { tokens } = read.facts;
  const shape = { contextTokens: tokens, start: null, weights, weightsMissing: '' };
  return new Gate(await openModel({ ...folder, ...shape }, tokens), read);
}

const NO_DECODER = { missing: 'The encoder of a delete gate makes no predictions' };

/** `ids`: on which a graph is tried. */
function gateSource(ids: Uint32Array): ModelSource {
  return {
    find: () => undefined,
    whyNone: folder => `there is no gate in ${folder}`,
    async open(onnxPath, folder, _shape, startRuntime) {
      const runtime = startRuntime();
      try {
        await runtime.openGate({ folder, onnxPath, ids });
      } catch (error) {
        runtime.dispose();
        throw error;
      }
      return {
        vocabSize: 1 + Math.max(...ids),
        report: { facts: [], hooks: [], selfTest: [], warnings: [] },
        score: () => Promise.reject(new UserError(`${NO_DECODER.missing}.`)),
        tree: NO_DECODER,
        sample: NO_DECODER,
        features: NO_DECODER,
        layers: {
          async read({ inputs }, { kind }, signal) {
            if (kind !== 'gate') throw new UserError(`${NO_DECODER.missing}.`);
            return runtime.readGate(inputs, signal);
          },
        },
        dispose: () => runtime.dispose(),
      };
    },
  };
}
