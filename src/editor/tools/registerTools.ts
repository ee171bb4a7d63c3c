// The tools that a language model in VS Code may call. What they do is loaded with the first call.
import { lm, type Disposable, type Extension } from 'vscode';
import type { Engine } from '../engine/engineClient';

/** Before the names of the engine's tools. */
const PREFIX = 'tokenscope_';

/** Registers the tools that the manifest declares. `onError` hears of what is also the answer to a call. */
export function registerTools(
  { packageJSON }: Pick<Extension<unknown>, 'packageJSON'>,
  engine: Engine,
  onError: (error: unknown) => void,
): Disposable[] {
  const declared = packageJSON.contributes.languageModelTools as readonly { name: string }[];
  return declared.map(({ name: full }) => {
    const name = full.slice(PREFIX.length);
    return lm.registerTool<Readonly<Record<string, unknown>>>(full, {
      prepareInvocation: async () => (await import('./toolCalls')).prepared(name),
      invoke: async ({ input }, token) =>
        (await import('./toolCalls')).callTool({ engine, name, input, token, onError }),
    });
  });
}
