// What tests see of traces.
import { encodeUtf8 } from '../../src/core/text/utf8';
import type { Trace } from '../../src/core/traces/trace';

/** [kind, text] of each segment. */
export function segmentsOf({ text, segments }: Trace): [string, string][] {
  const bytes = encodeUtf8(text);
  return segments.map(({ kind, start, end }) => [
    kind,
    new TextDecoder().decode(bytes.subarray(start, end)),
  ]);
}
