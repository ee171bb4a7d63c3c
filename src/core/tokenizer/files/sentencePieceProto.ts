// The fields of a SentencePiece model (sentencepiece_model.proto of SentencePiece 0.2) that decide how it encodes.
import { TokenizerError } from '../../errors';
import { BYTES, FIXED32, WireError, payload, readFields, readString, type Field } from '../../wire';

/** `SentencePiece.Type` of the file. */
export type PieceType = 'normal' | 'unknown' | 'control' | 'user-defined' | 'byte' | 'unused';
const TYPES: readonly (PieceType | undefined)[] = [
  undefined,
  'normal',
  'unknown',
  'control',
  'user-defined',
  'unused',
  'byte',
];
const MODELS = [undefined, 'Unigram', 'BPE', 'word', 'character'];

export interface SentencePiece {
  readonly piece: string;
  readonly score: number;
  readonly type: PieceType;
}

export interface SentencePieceModel {
  /** [id] */
  readonly pieces: readonly SentencePiece[];
  /** 'BPE', 'Unigram', 'word', 'character'. */
  readonly kind: string;
  readonly byteFallback: boolean;
  readonly spaceIsSuffix: boolean;
  /** For display: 'nmt_nfkc', 'identity'. */
  readonly normalizer: string;
  /** The table of replacements; empty if there is none. */
  readonly charsmap: Uint8Array;
  readonly addDummyPrefix: boolean;
  readonly removeExtraSpaces: boolean;
  readonly escapesSpaces: boolean;
}

/** Throws `TokenizerError` that names the file. */
export function readSentencePieceModel(name: string, bytes: Uint8Array): SentencePieceModel {
  try {
    return modelOf(name, bytes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new TokenizerError(
      `${name} is not a SentencePiece model, or is truncated: it has ${error.message}`,
    );
  }
}

function modelOf(name: string, bytes: Uint8Array): SentencePieceModel {
  const pieces: SentencePiece[] = [];
  const trainer = new Map<number, Field>();
  const normalizer = new Map<number, Field>();
  let ofNormalizer = new Uint8Array();
  for (const field of readFields(bytes)) {
    if (field.wireType !== BYTES) continue;
    const part = payload(bytes, field) as Uint8Array<ArrayBuffer>;
    if (field.number === 1) pieces.push(pieceOf(name, pieces.length, part));
    if (field.number === 2) for (const each of readFields(part)) trainer.set(each.number, each);
    if (field.number === 3)
      for (const each of readFields((ofNormalizer = part))) normalizer.set(each.number, each);
  }
  if (pieces.length === 0)
    throw new TokenizerError(`${name} is not a SentencePiece model: it has no pieces`);
  const kind = trainer.get(3)?.value ?? 1;
  const flag = (from: Map<number, Field>, number: number, byDefault: boolean) =>
    (from.get(number)?.value ?? Number(byDefault)) !== 0;
  const [rule, charsmap] = [normalizer.get(1), normalizer.get(2)];
  return {
    pieces,
    kind: MODELS[kind] ?? `type-${kind}`,
    byteFallback: flag(trainer, 35, false),
    spaceIsSuffix: flag(trainer, 24, false),
    normalizer: rule ? readString(ofNormalizer, rule) : '',
    charsmap: charsmap ? payload(ofNormalizer, charsmap) : new Uint8Array(),
    addDummyPrefix: flag(normalizer, 3, true),
    removeExtraSpaces: flag(normalizer, 4, true),
    escapesSpaces: flag(normalizer, 5, true),
  };
}

function pieceOf(name: string, id: number, bytes: Uint8Array): SentencePiece {
  let piece = '';
  let score = 0;
  let type = 1;
  for (const field of readFields(bytes)) {
    if (field.number === 1 && field.wireType === BYTES) piece = readString(bytes, field);
    if (field.number === 2 && field.wireType === FIXED32) {
      score = new DataView(bytes.buffer, bytes.byteOffset + field.start, 4).getFloat32(0, true);
    }
    if (field.number === 3) type = field.value;
  }
  const known = TYPES[type];
  if (known) return { piece, score, type: known };
  throw new TokenizerError(`${name}: piece ${id} has the unknown type ${type}`);
}
