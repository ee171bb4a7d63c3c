// A trace's tokens and scores as its file has them, in the shape that lenses read.
import { emptyScores, sliceScores } from '../../core/lenses/scores';
import { listedIndex, savedUncertainty } from '../../core/traces/savedUncertainty';
import type { SavedAlternative, SavedLogprobs, SavedToken } from '../../core/traces/trace';
import type { TraceText } from '../../core/traces/traceText';
import type { Range16 } from '../../protocol/types';
import type { TokenView } from '../../protocol/scores';

/** What a file says of a trace's tokens. */
export interface SavedScores {
  readonly series: SavedLogprobs;
  readonly view: TokenView;
}

/**
 * All tokens of a series: ids, contexts and ids of alternatives, which no file gives, are 0; bytes count from the
 * trace's beginning. An entropy that the file leaves open is its lower bound; a cut list has no varentropy.
 */
export function savedView(text: TraceText, series: SavedLogprobs): TokenView {
  const { tokens } = series;
  const count = tokens.length;
  const alternatives = tokens.map(alternativesOf);
  const topK = alternatives.reduce((most, { length }) => Math.max(most, length), 1);
  const scores = emptyScores(count, topK);
  const view = {
    first: 0,
    total: count,
    normalized: null,
    scores,
    pending: 0,
    ids: new Uint32Array(count),
    byteStarts: Uint32Array.from(tokens, ({ start }) => start),
    byteEnds: Uint32Array.from(tokens, ({ end }) => end),
    utf16Starts: new Uint32Array(count),
    utf16Ends: new Uint32Array(count),
    bytes: tokens.map(({ bytes }) => bytes),
    topBytes: alternatives.map(all => all.map(({ bytes }) => bytes)),
  };
  for (const [row, token] of tokens.entries()) {
    const { utf16Start, utf16End } = text.rangeOf(token);
    view.utf16Starts[row] = utf16Start;
    view.utf16Ends[row] = utf16End;
    const { entropy, varentropy } = savedUncertainty(token, series);
    const all = alternatives[row]!;
    scores.logprobs[row] = token.logprob;
    if (token.top.length > 0) scores.entropiesNats[row] = entropy[0];
    scores.varentropies[row] = varentropy;
    scores.ranks[row] = listedIndex(token, all) + 1;
    all.forEach(({ logprob }, k) => (scores.topLogprobs[row * topK + k] = logprob));
  }
  return view;
}

/**
 * The likeliest first; the written token among them where it must be: it is likelier than one that is listed. A listed
 * one has its own number, which the list may round differently.
 */
function alternativesOf(token: SavedToken): SavedAlternative[] {
  const { bytes, logprob } = token;
  const known = token.top.filter(other => !Number.isNaN(other.logprob));
  const listed = listedIndex(token, known);
  const isAbove = known.some(other => other.logprob < logprob);
  if (listed >= 0 && !Number.isNaN(logprob)) known[listed] = { bytes, logprob };
  else if (listed < 0 && isAbove) known.push({ bytes, logprob });
  return known.sort((a, b) => b.logprob - a.logprob);
}

/** The rows of the tokens that touch a range. */
export function cutView(view: TokenView, { utf16Start, utf16End }: Range16): TokenView {
  const first = view.utf16Ends.findIndex(end => end > utf16Start);
  const beyond = view.utf16Starts.findIndex(start => start >= utf16End);
  const from = first < 0 ? view.ids.length : first;
  return sliceView(view, from, Math.max(from, beyond < 0 ? view.ids.length : beyond));
}

function sliceView(view: TokenView, from: number, to: number): TokenView {
  return {
    ...view,
    first: view.first + from,
    ids: view.ids.slice(from, to),
    byteStarts: view.byteStarts.slice(from, to),
    byteEnds: view.byteEnds.slice(from, to),
    utf16Starts: view.utf16Starts.slice(from, to),
    utf16Ends: view.utf16Ends.slice(from, to),
    scores: view.scores && sliceScores(view.scores, from, to),
    ...(view.bytes && { bytes: view.bytes.slice(from, to) }),
    ...(view.topBytes && { topBytes: view.topBytes.slice(from, to) }),
  };
}
