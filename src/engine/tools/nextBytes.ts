import { columns } from '../../core/columns';
import { displayToken } from '../../core/displayToken';
import { UserError } from '../../core/errors';
import { byteRulesOf } from '../../core/exactBytes/byteRules';
import { nextBytes as exactNextBytes } from '../scoring/nextBytes';
import { byteFields, likeliest, nextTable, restFields } from '../scoring/nextBytesFields';
import { choice, wholeNumber } from './inputs';
import { defineTool } from './tool';
import { decoded } from './toolText';

export const nextBytes = defineTool({
  name: 'next_bytes',
  title: 'Next Bytes',
  summary: 'the exact probability of every next byte at a byte offset',
  description:
    'Computes the exact probability of every next byte at a byte offset of a text or file, with a language model on this machine. It sums over all tokenizations of the text before the offset, so it is also correct inside a word or a token, where next-token probabilities are not. Lists the most likely bytes beside two common approximations (naive: after the tokens of the text; healed: with the last token dropped). Use it to find out what a model expects at a cursor.',
  inputs: {
    at: wholeNumber({
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      description:
        'Byte offset in the UTF-8 text, also inside a character. Default: the end of the text',
    }),
    most: wholeNumber({
      min: 1,
      max: 256,
      default: 12,
      description: 'Number of bytes to list, the most likely first',
    }),
    mode: choice(['e2', 'e3'], {
      default: 'e2',
      description:
        'e2: the model as it is; the probability that it gives to tokens which its tokenizer does not make there is reported as leak. e3: renormalised, without a leak',
    }),
  },
  mostBytes: 1 << 20,
  async run(engine, given, { at = given.bytes.length, most, mode }) {
    const text = decoded(given);
    const { bytes } = given;
    checkOffset(at, bytes.length);
    // A tokenizer without exact bytes is refused before its model is loaded.
    byteRulesOf((await engine.model('tokenizer')).tokenizer);
    const model = await engine.model('scores');
    const tokens = model.tokenizer.encode(text);
    const next = await exactNextBytes(model, { bytes, tokens }, at, mode, engine.signal);
    const listed = likeliest(next.exact, most);
    const table = columns(nextTable(next, most), ['left', 'right', 'right', 'right']);
    return {
      text: [`Exact next byte at byte ${at} (${model.info.name}, ${mode}):`, ...table].join('\n'),
      data: {
        model: model.info.name,
        at,
        mode,
        likeliest: listed.map(byte => ({
          ...byteFields(next, byte),
          text: displayToken(Uint8Array.of(byte)),
        })),
        ...restFields(next),
      },
    };
  },
});

function checkOffset(at: number, length: number): void {
  if (at <= length) return;
  throw new UserError(`at must be a byte offset from 0 to ${length} (the end), not ${at}.`);
}
