// Tools that a language model may call: they are asked by name, with an input that nobody has checked yet.
import { methodsOf } from './channel';

export interface ToolApi {
  /** Asks the open model. Throws `UserError` for an input that cannot be used. */
  runTool(params: { name: string; input: ToolInput; files: ToolFiles }): ToolResult;
}

export const toolMethods = methodsOf<ToolApi>({ runTool: true });

/** By the names of the tool's schema. */
export type ToolInput = Readonly<Record<string, unknown>>;

/** The files that `path` of an input may name. */
export interface ToolFiles {
  /** Folders. A file outside of them is refused, links followed. */
  readonly roots: readonly string[];
  /** What is said where there is no root: how to have one. */
  readonly withoutRoots: string;
  /** Texts in place of what the files hold, by their absolute paths. */
  readonly open?: Readonly<Record<string, string>>;
}

export interface ToolResult {
  /** For people and models: short, in lines. */
  readonly text: string;
  /** The same and more, as JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}
