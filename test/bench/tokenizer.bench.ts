// Tokenizing 2 MB of source after another 2 MB, beside gpt-tokenizer with the same vocabulary; and the price of a
// byte of unbroken letters beside that of prose.
import { join } from 'node:path';
import { encode as rival } from 'gpt-tokenizer/encoding/r50k_base';
import { hasShared, shared, tokenizerOf } from '../support/shared';
import { ms, sources } from './sources';

const BYTES = 2_000_000;
const ROUNDS = 7;

export default { name: 'Tokenizing', run };

async function run() {
  const rows = [await letters()];
  if (!hasShared) {
    console.log('  skipped: beside gpt-tokenizer, which needs GPT-2’s files in ../shared/data');
    return rows;
  }
  const text = sources(2 * BYTES);
  const [warming, timed] = [text.slice(0, BYTES), text.slice(BYTES)];
  const ours = tokenizerOf(join(shared, 'tokenizers/gpt2'));
  ours.encode(warming);
  rival(warming);
  const times = { ours: Infinity, rival: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    times.ours = Math.min(
      times.ours,
      ms(() => ours.encode(timed)),
    );
    times.rival = Math.min(
      times.rival,
      ms(() => rival(timed)),
    );
  }
  rows.push({
    label: '2 MB of source, warmed by another 2 MB',
    ratio: times.rival / times.ours,
    ...{ rival: 'the speed of gpt-tokenizer', budget: '>= 1.5' },
    detail: `${times.ours.toFixed(0)} ms against ${times.rival.toFixed(0)} ms, best of ${ROUNDS}`,
  });
  return rows;
}

/** Each round has a tokenizer of its own: nothing is remembered. */
async function letters() {
  const folder = join(import.meta.dirname, '../../models/coder');
  const prose = sources(500_000);
  const unbroken = 'abcdefghij'.repeat(50_000);
  let [letters, words] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round++) {
    const tokenizer = tokenizerOf(folder);
    letters = Math.min(
      letters,
      ms(() => tokenizer.encode(unbroken)),
    );
    const other = tokenizerOf(folder);
    words = Math.min(
      words,
      ms(() => other.encode(prose)),
    );
  }
  return {
    label: 'a byte of 500,000 unbroken letters, nothing cached',
    ratio: letters / words,
    ...{ rival: 'a byte of source', budget: '<= 3' },
    detail: `${letters.toFixed(1)} ms against ${words.toFixed(1)} ms`,
  };
}
