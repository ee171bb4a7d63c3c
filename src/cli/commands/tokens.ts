import { lenses } from '../../core/lenses/lenses';
import { TokenReader, tokenParts } from '../../core/text/stream/tokenReader';
import { tokenLines } from '../../engine/documents/tokenJson';
import { colouredPart, tokensSummary } from '../colouredText';
import { defineCommand } from '../command';
import { modelFolder, openWithoutGraph } from '../engine';
import { withText } from '../input';
import { readingBytes, withProgress } from '../progressLine';
import { tokenizer } from '../servers';
import * as shared from '../sharedOptions';

export const tokens = defineCommand({
  name: 'tokens',
  summary: 'where the tokenizer splits the text, in colours or with --json',
  usage: 'FILE',
  options: { model: shared.model, tokenizer, json: shared.json },
  async run({ operands: [file = ''], values, print }) {
    await withText(file, async input => {
      const model = await openWithoutGraph(modelFolder(values.model, values.tokenizer));
      const reader = new TokenReader(model.tokenizer, input.parts());
      await withProgress(readingBytes, async report => {
        for (const part of tokenParts(reader)) {
          report(reader.size.bytes, input.bytes);
          if (values.json) await print(tokenLines(part.tokens, null, model.tokenizer, part.first));
          else await print(colouredPart(part, null, lenses.tokens));
        }
      });
      if (!values.json) await print(tokensSummary(reader.size, model));
    });
  },
});
