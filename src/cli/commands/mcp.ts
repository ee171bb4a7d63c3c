// `tokenscope mcp`: the engine as tools that a language model's program may call.
import { once } from 'node:events';
import { resolve } from 'node:path';
import { defineCommand } from '../command';
import { modelFolder } from '../engine';
import { serveTools } from '../mcp/serveTools';
import { repeatable, text } from '../options';
import { tokenizer } from '../servers';
import * as shared from '../sharedOptions';

export const mcp = defineCommand({
  name: 'mcp',
  summary: 'an MCP server over standard input and output',
  usage: '',
  options: {
    model: shared.model,
    tokenizer,
    context: shared.context,
    root: repeatable(
      text({
        valueName: 'FOLDER',
        description: 'a folder that files are read below, besides the roots that the client names',
      }),
    ),
  },
  async run({ values }) {
    const model = modelFolder(values.model, values.tokenizer);
    const roots = values.root.map(folder => resolve(folder));
    const ended = Promise.race([once(process.stdin, 'end'), once(process.stdin, 'close')]);
    await serveTools(
      await import('../mcp/sdk'),
      { model, contextTokens: values.context, roots },
      ended,
    );
  },
});
