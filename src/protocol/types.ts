// What every group of requests speaks of. Offsets called utf16 count code units of the editor's text.

export interface DocumentVersion {
  uri: string;
  version: number;
}

/** Half-open. */
export interface Range16 {
  utf16Start: number;
  utf16End: number;
}

export interface TextEdit extends Range16 {
  text: string;
}

/** Why numbers are not available here: a sentence without its period. */
export interface Refusal {
  refused: string;
}

/** A token outside a text. */
export interface Piece {
  id: number;
  bytes: Uint8Array;
}
