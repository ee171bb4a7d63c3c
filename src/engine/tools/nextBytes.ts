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
  summary: 'the exact probability of every byte that may come at a place',
  description:
    'The exact probability of every next byte at a byte offset of a text or a file, by a language model that runs on this machine, summed over all the tokens that the text there may be cut into: also right inside a word or a token, where the probabilities of next tokens are not. Lists the likeliest bytes beside what the common ways give (naive: after the tokens of the text; healed: with the last token dropped). Call it to ask what a model expects at a cursor.',
  inputs: {
    at: wholeNumber({
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      description:
        'The byte offset in the UTF-8 of the text; may lie inside a character. Without it: the end of the text',
    }),
    most: wholeNumber({
      min: 1,
      max: 256,
      default: 12,
      description: 'How many bytes to list, the likeliest first',
    }),
    mode: choice(['e2', 'e3'], {
      default: 'e2',
      description:
        'e2: the model as it is; what it would leak to tokens that its tokenizer does not make there is reported. e3: renormalised, so that nothing leaks',
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
      text: [`The next byte at byte ${at}, exactly (${model.info.name}, ${mode}):`, ...table].join(
        '\n',
      ),
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
  throw new UserError(`at takes a byte offset from 0 to ${length}, the end, not ${at}.`);
}
