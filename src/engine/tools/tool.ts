// What a tool for language models is: a value, which the MCP server, the editor and the documentation read.
import type { ToolFiles, ToolInput, ToolResult } from '../../protocol/tools';
import type { Model } from '../models/model';
import { readInputs, schemaOf, text, type Inputs, type InputValues, type Schema } from './inputs';
import { readToolText, type ToolText } from './toolText';

export interface ToolEngine {
  /** Opens the model that is asked. `needs`: its scores, or its tokenizer alone. Throws `UserError`. */
  model(needs: 'scores' | 'tokenizer'): Promise<Model>;
  readonly signal: AbortSignal;
  /** How far a call is. */
  onProgress(done: number, total: number): void;
}

export interface Tool<I extends Inputs = Inputs> {
  /** In snake case, as MCP's tools are called. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** For people: one line, without a full stop. */
  readonly summary: string;
  /** For a model that may call it: what it answers, in which units, and when to call it. */
  readonly description: string;
  /** Besides `text` and `path`, which every tool has. */
  readonly inputs: I;
  /** Of the text that it takes. */
  readonly mostBytes: number;
  /** Throws `UserError` for what cannot be answered, `Cancelled` when aborted. */
  run(engine: ToolEngine, given: ToolText, values: InputValues<I>): Promise<ToolResult>;
}

/** Infers the types of the values that `run` reads. */
export function defineTool<I extends Inputs>(tool: Tool<I>): Tool {
  return tool;
}

const source = {
  text: text('The text. Give either text or path.'),
  path: text(
    'A UTF-8 file in place of the text: an absolute path, a file: URI, or a path relative to a root (a folder of the workspace). Files outside the roots are refused.',
  ),
};

export function toolSchema({ inputs }: Tool, more: Inputs = {}): Schema {
  return schemaOf({ ...source, ...inputs, ...more });
}

/** Checks an input and runs the tool. Throws `UserError`, and `Cancelled` when aborted. */
export async function runTool(
  tool: Tool,
  input: ToolInput,
  files: ToolFiles,
  engine: ToolEngine,
): Promise<ToolResult> {
  const { name, inputs, mostBytes } = tool;
  const { text, path, ...values } = readInputs({ ...source, ...inputs }, input, name);
  const given = readToolText({ text, path }, files, mostBytes, name);
  return tool.run(engine, given, values);
}
