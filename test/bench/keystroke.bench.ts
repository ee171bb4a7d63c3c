// One keystroke in an open document: the edit and the tokens of what is on screen, beside encoding the text anew.
import { join } from 'node:path';
import { TokenStream } from '../../src/core/text/stream/tokenStream';
import { mulberry32 } from '../golden/fuzz';
import { tokenizerOf } from '../support/shared';
import { ms, sources } from './sources';

const KEYSTROKES = 2000;
const SCREEN = 4000; // UTF-16 units

export default { name: 'Keystrokes', run };

async function run() {
  return [1, 10].map(megabytes => {
    const tokenizer = tokenizerOf(join(import.meta.dirname, '../../models/coder'));
    const text = sources(1_000_000).repeat(megabytes);
    const stream = new TokenStream(tokenizer, text);
    const draw = mulberry32(1);
    const times = Array.from({ length: KEYSTROKES }, (_, i) => {
      const at = draw(text.length);
      return ms(() => {
        stream.edit(at, at, i % 5 ? 'x' : '\n');
        const { first, end } = stream.tokensIn(at, at + SCREEN);
        stream.tokens(first, end);
      });
    }).sort((a, b) => a - b);
    const [half, most] = [0.5, 0.99].map(share => times[Math.floor(share * KEYSTROKES)]!);
    const whole = Math.min(...[1, 2, 3].map(() => ms(() => tokenizer.encode(text))));
    return {
      label: `a keystroke in ${megabytes} MB of source`,
      ratio: half! / whole,
      rival: 'encoding the text anew',
      detail: `median ${half!.toFixed(2)} ms, p99 ${most!.toFixed(2)} ms, anew ${whole.toFixed(0)} ms`,
      ...(megabytes === 1 ? { budget: 'p99 < 1 ms' } : {}),
    };
  });
}
