// Words by script: longest runs of characters of one script, but for Common, and of marks on them.
import { COMMON_SCRIPT, INHERITED_SCRIPT, scriptNames, scriptOf } from '../../text/unicodeScripts';
import { utf8LengthOf } from '../../text/utf8';
import { codePointAt } from '../../tokenizer/unicode/classes';
import type { WordRuns } from './wordRuns';

const LATIN = scriptNames.indexOf('Latin');

/** In text order: UTF-16 [start, end), which is bytes [from, to). `characters`: code points. */
export type OnScriptWord = (
  script: number,
  start: number,
  end: number,
  from: number,
  to: number,
  characters: number,
) => void;

/** Most runs of `runs`, which are the text's, are ASCII letters, and most gaps ASCII too: those are not looked at. */
export function eachScriptWord(text: string, runs: WordRuns, onWord: OnScriptWord): void {
  let script = COMMON_SCRIPT;
  let [start, from, pairs] = [0, 0, 0];
  const begin = (own: number, i: number, at: number) => {
    if (own === script) return;
    if (script !== COMMON_SCRIPT) onWord(script, start, i, from, at, i - start - pairs);
    [script, start, from, pairs] = [own, i, at, 0];
  };
  /** Returns the bytes up to `end`. */
  const read = (index: number, end: number, bytes: number) => {
    let at = bytes;
    for (let i = index; i < end; i++) {
      const code = codePointAt(text, i, end);
      const own = scriptOf(code);
      begin(own === INHERITED_SCRIPT ? script : own, i, at);
      at += utf8LengthOf(code);
      if (code > 0xffff) {
        pairs++;
        i++;
      }
    }
    return at;
  };
  /** The end of the last run. */
  let [last, lastByte] = [0, 0];
  for (let run = 0; run < runs.count; run++) {
    const [index, end] = [runs.startOf(run), runs.endOf(run)];
    const [at, to] = [runs.fromOf(run), runs.toOf(run)];
    if (at - lastByte > index - last) read(last, index, lastByte);
    else if (index > last) begin(COMMON_SCRIPT, last, lastByte);
    if (to - at > end - index || runs.hasNumber(run)) read(index, end, at);
    else begin(LATIN, index, at);
    [last, lastByte] = [end, to];
  }
  begin(COMMON_SCRIPT, text.length, read(last, text.length, lastByte));
}
