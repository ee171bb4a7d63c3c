// The passes over bytes: their exact surprisals, by the open model and by the one that it is compared with.
import { scoreRange, unknownRanges, type ByteScores } from '../../core/exactBytes/documentBytes';
import type { PassId } from '../../core/lenses/lens';
import type { Scores } from '../../core/lenses/scores';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { utf8Length } from '../../core/text/utf8';
import { asRefusal } from '../asRefusal';
import type { Document } from '../documents/document';
import type { EngineState } from '../engineState';
import type { Model } from '../models/model';
import { byteScoresOf, hasUnknown } from './byteScores';
import type { Pass, PassRun, RowSpan } from './pass';
import { byteProof } from './proveBytes';
import { scoreTokens } from './tokensPass';
import { visibleFirst } from './visibleFirst';

/** Bytes that are scored together: another pass may score some of the rest meanwhile. */
const PART_BYTES = 4096;

/** By the open model; first the visible tokens, whose scores bytes are compared with. */
export function bytesPass(state: EngineState): Pass {
  return passBy('bytes', state, {
    model: async () => state.model(),
    tokenizer: () => state.model().tokenizer,
    prepare: (document, run) => scoreTokens(state.model(), document, { ...run, maxTokens: 0 }),
    columns: byteNats => ({ byteNats }),
  });
}

/** By the model that the opened one is compared with. */
export function secondBytesPass(state: EngineState): Pass {
  return passBy('secondBytes', state, {
    model: () => state.comparison().model(),
    tokenizer: () => state.compared?.tokenizer,
    prepare: async () => {},
    columns: secondByteNats => ({ secondByteNats }),
  });
}

interface Side {
  model(): Promise<Model>;
  /** Undefined where there is none. */
  tokenizer(): Tokenizer | undefined;
  prepare(document: Document, run: PassRun): Promise<unknown>;
  columns(nats: Float64Array): Partial<Scores>;
}

function passBy(id: PassId, state: EngineState, side: Side): Pass {
  return {
    id,
    available: document =>
      asRefusal(async () => {
        const model = await side.model();
        model.asTokenModel();
        byteScoresOf(model, document);
        return undefined;
      }),
    total: ({ text }) => utf8Length(text, 0, text.length),
    run: (document, run) =>
      asRefusal(async () => {
        await side.prepare(document, { ...run, onScored: () => {}, onVisible: undefined });
        const model = await side.model();
        const scored = await scoreBytes(model, document, run);
        const isWhole = scored === byteScoresOf(model, document).bytes.length;
        const proof = isWhole ? await byteProof(model, document, run.signal) : undefined;
        return { scored, proof };
      }),
    columns(document, span) {
      const tokenizer = side.tokenizer();
      const known = tokenizer && document.bytesBy(tokenizer);
      if (!known) return undefined;
      const { nats, pending } = tokenSums(document, state.model().tokenizer, span, known);
      return { scores: side.columns(nats), pending };
    },
  };
}

/** Answers how many bytes are known. Throws `InexactError`, `UserError`, and `Cancelled` when aborted. */
export async function scoreBytes(
  model: Model,
  document: Document,
  { visible, whole, signal, onScored, onVisible }: Omit<PassRun, 'maxTokens'>,
): Promise<number> {
  const tokenModel = model.asTokenModel(AbortSignal.any([signal, document.current]));
  const scores = byteScoresOf(model, document);
  const { text } = document;
  const known = () =>
    unknownRanges(scores, 0, scores.bytes.length).reduce(
      (left, { from, to }) => left - (to - from),
      scores.bytes.length,
    );
  const text16 = (utf16: number) => utf8Length(text, 0, Math.min(utf16, text.length));
  const all = { first: 0, end: scores.bytes.length };
  await visibleFirst({
    units: () => [all],
    spanOf: unit => unit,
    visible: visible.map(({ utf16Start, utf16End }) => ({
      first: text16(utf16Start),
      end: text16(utf16End),
    })),
    isEnough: () => !whole,
    onVisible,
    parts: 'visible',
    async run(_, { first, end }) {
      for (;;) {
        const [next] = unknownRanges(scores, first, end);
        if (!next) break;
        const part = { ...next, to: Math.min(next.to, next.from + PART_BYTES) };
        let scored = known();
        await scoreRange(model.byteRules, tokenModel, scores, part, count =>
          onScored((scored += count)),
        );
      }
    },
  });
  return known();
}

/** [row], nats: what the bytes of each token cost together; NaN where one is not known, or given. */
function tokenSums(
  document: Document,
  tokenizer: Tokenizer,
  { first, end }: RowSpan,
  scores: ByteScores,
): { nats: Float64Array; pending: number } {
  const { byteStarts, byteEnds } = document.streamBy(tokenizer).tokens(first, end);
  const nats = Float64Array.from(byteStarts, (start, row) =>
    scores.surprisals.subarray(start, byteEnds[row]).reduce((sum, value) => sum + value, 0),
  );
  const pending = byteStarts.filter((start, row) => hasUnknown(scores, start, byteEnds[row]!));
  return { nats, pending: pending.length };
}
