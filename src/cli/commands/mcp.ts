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
  summary: 'run an MCP server over standard input and output',
  usage: '',
  options: {
    model: shared.model,
    tokenizer,
    context: shared.context,
    root: repeatable(
      text({
        valueName: 'FOLDER',
        description: 'folder from which files may be read, in addition to the roots of the client',
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
