// A number for each token of a window, computed by the model from the window as a whole.
import type { LayerOptions } from '../../core/layers/layerPasses';
import type { Model } from '../models/model';

/** The tokens of a window and the text that they are of. */
export interface WindowText {
  readonly ids: Uint32Array;
  readonly text: string;
  /** [token]: offsets in `text`. */
  readonly utf16Starts: Uint32Array;
  readonly utf16Ends: Uint32Array;
  readonly byteStarts: Uint32Array;
  readonly byteEnds: Uint32Array;
  /** Whether the whole text ends with the window: else what follows its last tokens is not known. */
  readonly endsText: boolean;
}

export interface WindowMeasure {
  /** Inputs of a window at most, of as many as the model holds; absent: all of these. */
  readonly mostTokens?: (context: number) => number;
  /** Whether a token's number depends on it and those before it alone, so that it stays when those after it change. */
  readonly isCausal: boolean;
  /** The options that its numbers depend on. */
  readonly uses: readonly (keyof LayerOptions)[];
  /** [token] of the window; NaN where there is none. Throws `UserError` where the model does not have what is read. */
  compute(
    model: Model,
    window: WindowText,
    options: LayerOptions,
    signal: AbortSignal,
  ): Promise<Float32Array>;
}
