// Where models come from: each kind of weights is a source, in a folder of its own and a line in sources.ts.
import { totalmem } from 'node:os';
import type { RuntimeClient } from '../onnx/session/runtimeClient';
import type { SendToServer } from '../../servers/transport';
import type { Backend } from './backend';

/** What of a model's config a source may use to check what it finds. */
export interface ModelShape {
  /** Tokens that the model can hold at once. */
  readonly contextTokens: number;
  readonly hiddenSize: number | undefined;
  readonly layers: number | undefined;
  /** Heads of keys and values in a layer, and numbers in a head. */
  readonly kvHeads: number | undefined;
  readonly headSize: number | undefined;
}

/** Weights that were found in a folder. */
export interface FoundFile {
  readonly path: string;
  /** How its numbers are kept, in a word; undefined where nothing says it. */
  readonly dtype?: string | undefined;
  readonly sizeBytes?: number;
  /** What the folder has besides. */
  readonly otherDtypes?: readonly string[];
  /** Why it was taken before others: a part of a sentence, where that is not plain. */
  readonly why?: string;
}

/** The numbers of the trained model. */
export const EXACT_DTYPE = 'fp32';

/** Weights that take more of the memory than this leave too little for everything else. */
const MOST_OF_MEMORY = 0.5;

export function fitsMemory(bytes: number, memoryBytes = totalmem()): boolean {
  return bytes <= memoryBytes * MOST_OF_MEMORY;
}

/** What an opening may use, what is heard of it while it takes its time, and what ends it. */
export interface Opening {
  /** Of the weights, as `find` takes it: where they can be kept in several ways. */
  readonly dtype?: string | undefined;
  /** Weights that are being written are given up at once, and nothing of them is left. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes of weights that are written in the form that is mapped, of how many: from 0 to all of them where any are. */
  readonly onPrepared?: ((done: number, all: number) => void) | undefined;
  /** How requests reach a server, where this process may ask one. */
  readonly send?: SendToServer | undefined;
}

/** Starts the thread that runs ONNX Runtime; one for each opened model. */
export type StartRuntime = () => RuntimeClient;

export interface ModelSource {
  /** Whether its models run in another process or on another machine, so that none runs here. */
  readonly isElsewhere?: boolean;
  /**
   * The weights in a model's folder, those of the dtype where it has them; undefined where there are none of this kind.
   */
  find(folder: string, dtype?: string): FoundFile | undefined;
  /** Weights that were chosen by their file, and their model's folder; undefined where the file is none of this kind. */
  at?(file: string): { readonly folder: string; readonly found: FoundFile } | undefined;
  /** Whether what `find` found can be opened, and fits into memory, with the numbers of the trained model. */
  opensExactly?(weights: string, folder: string): boolean;
  /** Why `find` found none there, for people: a sentence without its period. */
  whyNone(folder: string): string;
  /** Throws `UserError` that says what is wrong with the weights and what to do, `Cancelled` when aborted. */
  open(
    weights: string,
    folder: string,
    shape: ModelShape,
    startRuntime: StartRuntime,
    opening?: Opening,
  ): Promise<Backend>;
}
