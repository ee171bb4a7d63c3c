// `tokenscope mcp`: the tools for language models, served over standard input and output. Calls are answered one after the
// other, by models that stay open. What is wrong with a call is its result; only a tool that does not exist is an error of
// the protocol.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cancelled, UserError } from '../../core/errors';
import { isObject } from '../../core/json';
import { showHiddenInLines } from '../../core/showHidden';
import { text, type Inputs } from '../../engine/tools/inputs';
import { runTool, toolSchema, type Tool } from '../../engine/tools/tool';
import { tools } from '../../engine/tools/tools';
import { Turns } from '../../engine/turns';
import { writeError } from '../terminal';
import { isModelName, modelOfCall, OpenModels } from './models';
import type * as sdk from './sdk';

const INSTRUCTIONS =
  'Tokenscope shows what a language model sees in a text: its tokens, and how surprising each token is. Offsets are UTF-8 bytes, from 0. The model runs on this machine. Only files below the roots that the client names can be read.';

/** A client that has none cannot name a folder. */
const WITHOUT_ROOTS =
  'files can only be read from roots, and this client has none. Pass the content as text, add a folder as a root in the client, or start `tokenscope mcp --root FOLDER`.';

/** Milliseconds between two notifications of progress. */
const PROGRESS_MS = 100;

/** An input of every tool, besides those of its own. */
const more: Inputs = {
  model: text(
    'The model to ask: hf:org/name or ollama:name:tag as `tokenscope models` lists them, a built-in one (coder, reasoner/base, stories260K), or a path below a root. Without it: the model that the server was started with',
  ),
};

export interface ServeOptions {
  /** What is asked where a call names no model. */
  readonly model: string;
  readonly contextTokens: number;
  /** Folders that files are read below, besides those of the client. */
  readonly roots: readonly string[];
}

/** Resolves when the client has gone. */
export async function serveTools(
  { serveStdio, McpServer, CLIENT_CAPABILITIES_META_KEY, ...protocol }: typeof sdk,
  options: ServeOptions,
  ended: Promise<unknown>,
): Promise<void> {
  const calls = new ToolCalls(protocol, options);
  const info = { name: 'tokenscope', title: 'Tokenscope', version: ownVersion() };
  const capabilities = { tools: {} };
  const handle = serveStdio(
    () => {
      const { server } = new McpServer(info, { capabilities, instructions: INSTRUCTIONS });
      const earlier: EarlierVersions = server;
      server.setRequestHandler('tools/list', () => ({ tools: tools.map(described) }));
      server.setRequestHandler('tools/call', ({ params }, context) => {
        const said = context.mcpReq.envelope as Readonly<Record<string, unknown>> | undefined;
        const client = said?.[CLIENT_CAPABILITIES_META_KEY] ?? earlier.getClientCapabilities();
        const hasRoots = isObject(client) && client.roots !== undefined;
        return calls.call(params.name, params.arguments ?? {}, context, hasRoots);
      });
      return server;
    },
    { onerror: error => writeError(`tokenscope mcp: ${error.message}`) },
  );
  try {
    await ended;
  } finally {
    await handle.close();
    calls.dispose();
  }
}

/** Before 2026-07-28 not each request says what the client can do, but the first one, which is to be read no other way. */
interface EarlierVersions {
  getClientCapabilities(): unknown;
}

const described = (tool: Tool) => ({
  name: tool.name,
  title: tool.title,
  description: tool.description,
  inputSchema: toolSchema(tool, more) as { type: 'object' },
  annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
});

type Protocol = Pick<typeof sdk, 'inputRequired' | 'inputResponse' | 'ProtocolError'>;

class ToolCalls {
  private readonly models: OpenModels;
  private readonly turns = new Turns();

  constructor(
    private readonly protocol: Protocol,
    private readonly options: ServeOptions,
  ) {
    this.models = new OpenModels(options.contextTokens);
  }

  async call(
    name: string,
    given: Readonly<Record<string, unknown>>,
    context: sdk.ServerContext,
    clientHasRoots: boolean,
  ): Promise<sdk.CallToolResult | sdk.InputRequiredResult> {
    const { inputRequired, inputResponse, ProtocolError } = this.protocol;
    const tool = tools.find(each => each.name === name);
    if (!tool) {
      const names = tools.map(each => each.name).join(', ');
      throw new ProtocolError(INVALID_PARAMS, `Unknown tool "${name}". Available tools: ${names}.`);
    }
    const answer = inputResponse(context.mcpReq.inputResponses, 'roots');
    if (answer.kind === 'missing' && clientHasRoots && namesFile(given))
      return inputRequired({ inputRequests: { roots: inputRequired.listRoots() } });
    const named = answer.kind === 'roots' ? answer.roots.flatMap(({ uri }) => folderOf(uri)) : [];
    const roots = [...this.options.roots, ...named];
    const { signal } = context.mcpReq;
    try {
      const { text, data } = await this.turns.take(
        () => this.run(tool, given, roots, context),
        signal,
      );
      return {
        content: [{ type: 'text', text: showHiddenInLines(text) }],
        structuredContent: data,
      };
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      return { content: [{ type: 'text', text: messageOf(error) }], isError: true };
    }
  }

  dispose(): void {
    this.models.dispose();
  }

  private run(
    tool: Tool,
    { model: named, ...input }: Readonly<Record<string, unknown>>,
    roots: readonly string[],
    { mcpReq }: sdk.ServerContext,
  ) {
    const given = more.model!.read(named, 'model') as string | undefined;
    const model = given === undefined ? this.options.model : modelOfCall(given, roots);
    return runTool(
      tool,
      input,
      { roots, withoutRoots: WITHOUT_ROOTS },
      {
        model: needs => this.models.open(model, needs, given === undefined, mcpReq.signal),
        signal: mcpReq.signal,
        onProgress: progressOf(mcpReq),
      },
    );
  }
}

const INVALID_PARAMS = -32602;

/** Whether roots have to be known. */
function namesFile({ path, model }: Readonly<Record<string, unknown>>): boolean {
  return path !== undefined || (typeof model === 'string' && !isModelName(model));
}

/** Of a root; none where it is elsewhere than in the file system. */
function folderOf(uri: string): string[] {
  try {
    return [fileURLToPath(uri)];
  } catch {
    return [];
  }
}

/** Notifies the client from time to time, where it asked for it. */
function progressOf({ _meta, notify }: sdk.ServerContext['mcpReq']) {
  const progressToken = _meta?.progressToken;
  let next = performance.now() + PROGRESS_MS;
  return (progress: number, total: number) => {
    if (progressToken === undefined || performance.now() < next) return;
    next = performance.now() + PROGRESS_MS;
    const params = { progressToken, progress, total };
    // A client that has gone is heard of elsewhere.
    notify({ method: 'notifications/progress', params }).catch(() => {});
  };
}

function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const { stack, message } = error as Error;
  writeError(stack ?? message);
  return `Internal error in Tokenscope: ${message}. See its standard error for details.`;
}

/** Of the package that this is a part of. */
function ownVersion(): string {
  for (let at = __dirname; ; at = dirname(at)) {
    try {
      return (JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as { version: string })
        .version;
    } catch (error) {
      if (at === dirname(at)) throw error;
    }
  }
}
