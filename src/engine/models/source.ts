// Where models come from: each kind of weights is a source, in a folder of its own and a line in sources.ts.
import type { RuntimeClient } from '../onnx/session/runtimeClient';
import type { Backend } from './backend';

/** What of a model's config a source may use to check what it finds. */
export interface ModelShape {
  /** Tokens that the model can hold at once. */
  readonly contextTokens: number;
  readonly hiddenSize: number | undefined;
  readonly layers: number | undefined;
}

/** Starts the thread that runs ONNX Runtime; one for each opened model. */
export type StartRuntime = () => RuntimeClient;

export interface ModelSource {
  /** The path of the weights in a model's folder; undefined where there are none of this kind. */
  find(folder: string): string | undefined;
  /** Why `find` found none there, for people: a sentence without its period. */
  whyNone(folder: string): string;
  /** Throws `UserError` that says what is wrong with the weights and what to do. */
  open(
    weights: string,
    folder: string,
    shape: ModelShape,
    startRuntime: StartRuntime,
  ): Promise<Backend>;
}
