import { tokenLines } from '../../engine/documents/tokenJson';
import { Document } from '../../engine/documents/document';
import { prettyTokens } from '../colouredText';
import { defineCommand } from '../command';
import { modelFolder, openWithoutGraph } from '../engine';
import { readText } from '../input';
import { tokenizer } from '../servers';
import * as shared from '../sharedOptions';

export const tokens = defineCommand({
  name: 'tokens',
  summary: 'where the tokenizer splits the text',
  usage: 'FILE',
  options: { model: shared.model, tokenizer, json: shared.json },
  async run({ operands: [file = ''], values, print }) {
    const text = await readText(file);
    const model = await openWithoutGraph(modelFolder(values.model, values.tokenizer));
    const found = new Document(file, 0, text).tokensBy(model.tokenizer);
    if (values.json) await print(tokenLines(found, null, model.tokenizer));
    else await print(prettyTokens(text, found, model));
  },
});
