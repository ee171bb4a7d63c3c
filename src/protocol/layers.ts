// What the editor may ask about the layers of the model at one token.
import { methodsOf } from './channel';
import type { DocumentVersion, Refusal } from './types';

export interface LayerApi {
  /** What the layers hold at the token at an offset; null where there is none. Throws `Cancelled` when aborted. */
  layersAt(params: DocumentVersion & { utf16: number; nearShare?: number }): LayersView | null;
}

export const layerMethods = methodsOf<LayerApi>({ layersAt: true });

export interface LayersView {
  /** The token's index in the document, and its bytes. */
  readonly token: number;
  readonly bytes: Uint8Array;
  /** A refusal says why it cannot be read. */
  readonly ladder: LadderView | Refusal;
  readonly attention: AttentionView | Refusal;
}

/** What each layer would predict for the token's place, through the model's last norm and its head. */
export interface LadderView {
  /** From the first layer to the last, whose row is the model's own. */
  readonly rungs: readonly Rung[];
  /** From 0: from it on the model's own choice stays first. */
  readonly exitLayer: number;
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
