import { measureTokens, TokenReader } from '../../core/text/stream/tokenReader';
import { tokenLines } from '../../engine/documents/tokenJson';
import { checkMissing } from '../../engine/scoring/checkSpelled';
import { scoreReader } from '../../engine/scoring/scoreReader';
import { ScoreSummary } from '../../engine/scoring/scoreSummary';
import { colouredPart, inspectSummary } from '../colouredText';
import { lenses } from '../../core/lenses/lenses';
import { defineCommand } from '../command';
import { modelFolder, withModel } from '../engine';
import { readText, withText } from '../input';
import { interruptible } from '../interrupt';
import { pieceLines, prettyPieces, serverPieces } from '../pieces';
import { formatScored, readingBytes, withProgress } from '../progressLine';
import { NO_TOKENIZER, tokenizer as tokenizerOption } from '../servers';
import * as shared from '../sharedOptions';

/** Tokens below the text. */
const LISTED = 10;

export const inspect = defineCommand({
  name: 'inspect',
  summary: 'surprisal, rank and entropy of every token',
  usage: 'FILE',
  options: {
    model: shared.model,
    tokenizer: tokenizerOption,
    top: shared.top,
    context: shared.context,
    json: shared.json,
  },
  async run({ operands: [file = ''], values, print }) {
    if (values.tokenizer === NO_TOKENIZER) {
      const text = await readText(file);
      const pieces = await interruptible(signal => serverPieces(values.model, text, signal));
      return print(values.json ? pieceLines(text, pieces, values.top) : prettyPieces(pieces));
    }
    await withText(file, async input => {
      await withModel(modelFolder(values.model, values.tokenizer), values.context, async model => {
        const { tokenizer } = model;
        const size = await withProgress(readingBytes, async report =>
          measureTokens(tokenizer, input.parts(), bytes => report(bytes, input.bytes)),
        );
        checkMissing(model, size.missing);
        const summary = new ScoreSummary(tokenizer, size, LISTED);
        await interruptible(signal =>
          withProgress(formatScored('tokens'), async report => {
            const reader = new TokenReader(tokenizer, input.parts());
            const onScored = (scored: number) => report(scored, size.tokens);
            const reading = { topK: values.top, signal, onScored };
            for await (const part of scoreReader(model, reader, reading)) {
              const { first, tokens, scores } = part;
              if (values.json) await print(tokenLines(tokens, scores, tokenizer, first));
              else {
                await print(colouredPart(part, scores, lenses.surprisal));
                summary.add(part);
              }
            }
          }),
        );
        if (!values.json) await print(inspectSummary(summary, model));
      });
    });
  },
});
