// What the editor may ask about the layers of the model at one token.
import type { LoadComparison } from '../core/layers/loadComparison';
import { methodsOf } from './channel';
import type { CharacterView } from './scores';
import type { DocumentVersion, Range16, Refusal } from './types';

export interface LayerApi {
  /** What the layers hold at the token at an offset; null where there is none. Throws `Cancelled` when aborted. */
  layersAt(
    params: DocumentVersion & {
      utf16: number;
      parts: readonly LayersPart[];
      nearShare?: number;
    },
  ): LayersView | null;

  /**
   * How the routers of a mixture of experts load its experts over a document and over other texts, of which there were
   * `given`. Reports as `working`. Throws `UserError` where the model has none, and `Cancelled` when aborted.
   */
  compareLoads(
    params: DocumentVersion & { texts: readonly string[]; given: number },
  ): LoadComparison;

  /** The characters of a range, with how far the delete gate shuts them out by what is known now, in per cent. */
  gateCharacters(params: DocumentVersion & OfGate & { range: Range16 }): CharacterView;

  /** What the delete gate says of the character at an offset; null where there is none, or no gate is open. */
  gateAt(params: DocumentVersion & OfGate & { utf16: number }): GateView | null;
}

export const layerMethods = methodsOf<LayerApi>({
  layersAt: true,
  compareLoads: true,
  gateCharacters: true,
  gateAt: true,
});

export interface OfGate {
  /** As in `LayerOptions`. */
  gateFolder: string;
}

/** A gate, and its values of one character. */
export interface GateView {
  readonly name: string;
  /** Who made it, and under what terms. */
  readonly about: string;
  readonly scale: number;
  /** A byte is kept where the gate's value is above it. */
  readonly threshold: number;
  readonly bytes: Uint8Array;
  /** [byte], from `scale` to 0; NaN where not known. */
  readonly values: Float32Array;
  /** Bytes of the text: all, those that are known, and of these those that the gate keeps. */
  readonly total: number;
  readonly known: number;
  readonly kept: number;
}

export interface LayersView {
  /** The token's index in the document, and its bytes. */
  readonly token: number;
  readonly bytes: Uint8Array;
  /** Those that were asked for. A refusal says why it cannot be read. */
  readonly ladder?: LadderView | Refusal;
  readonly attention?: AttentionView | Refusal;
}

export type LayersPart = 'ladder' | 'attention';

/** What each layer would predict for the token's place, through the model's last norm and its head. */
export interface LadderView {
  /** From the first layer to the last, whose row is the model's own. */
  readonly rungs: readonly Rung[];
  /** From 0: from it on the model's own choice stays first. */
  readonly exitLayer: number;
  /** Name of the tuned lens; null: the logit lens. */
  readonly tunedLens: string | null;
}

export interface Rung {
  /** Nats: of the token in the text. */
  readonly logprob: number;
  /** Its likeliest tokens, likeliest first; nats. */
  readonly best: readonly { readonly bytes: Uint8Array; readonly logprob: number }[];
}

/** Where the token looks, and who looks at it, in its window. */
export interface AttentionView {
  readonly layers: number;
  readonly heads: number;
  /** [layer, head]: bits, of the weights with and without those on the first input. */
  readonly entropies: Float32Array;
  readonly entropiesWithoutSink: Float32Array;
  /** [layer, head]: the weight on the first input, and the share on the nearest tokens. */
  readonly sinks: Float32Array;
  readonly locals: Float32Array;
  /** The share of what it sees that counts as near. */
  readonly nearShare: number;
  /** [layer, head]: the bytes of what it looks at most, the first input left out; null: it sees nothing else. */
  readonly most: readonly (Uint8Array | null)[];
  /** What it looks at, and what looks at it, the most first: by the mean weight over layers and heads. */
  readonly from: readonly AttendedToken[];
  readonly to: readonly AttendedToken[];
}

export interface AttendedToken {
  /** Index in the document; -1: the model's start token. */
  readonly token: number;
  readonly bytes: Uint8Array;
  readonly utf16Start: number;
  readonly utf16End: number;
  /** Mean weight, over all layers and heads. */
  readonly weight: number;
}
