import { tokenLines } from '../../engine/documents/tokenJson';
import { Document } from '../../engine/documents/document';
import { scoreTokens } from '../../engine/scoring/tokensPass';
import { prettyInspect } from '../colouredText';
import { defineCommand } from '../command';
import { modelFolder, withModel } from '../engine';
import { readText } from '../input';
import { interruptible } from '../interrupt';
import { formatScored, withProgress } from '../progressLine';
import { tokenizer } from '../servers';
import * as shared from '../sharedOptions';

export const inspect = defineCommand({
  name: 'inspect',
  summary: 'how much every token surprises the model',
  usage: 'FILE',
  options: {
    model: shared.model,
    tokenizer,
    top: shared.top,
    context: shared.context,
    json: shared.json,
  },
  async run({ operands: [file = ''], values, print }) {
    const text = await readText(file);
    await withModel(modelFolder(values.model, values.tokenizer), values.context, async model => {
      const document = new Document(file, 0, text);
      const total = document.streamBy(model.tokenizer).size.tokens;
      await interruptible(signal =>
        withProgress(formatScored('tokens'), report => {
          const onScored = (scored: number) => report(scored, total);
          const pass = { visible: [], maxTokens: Infinity, signal, onScored };
          return scoreTokens(model, document, pass, values.top);
        }),
      );
      const tokens = document.tokensBy(model.tokenizer);
      const { scores } = document.scoresOf(0, tokens.ids.length);
      if (values.json) await print(tokenLines(tokens, scores, model.tokenizer));
      else await print(prettyInspect(text, tokens, scores, model));
    });
  },
});
