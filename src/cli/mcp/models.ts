// The models that calls of tools ask, kept open between them: loading one takes longer than most calls.
import { UserError } from '../../core/errors';
import { formatBytes } from '../../core/format';
import type { Model } from '../../engine/models/model';
import { modelPath, namedModelPath } from '../../engine/models/places/modelPath';
import type { Opening } from '../../engine/models/source';
import { pathInRoots } from '../../engine/tools/toolText';
import { isServerAddress } from '../../servers/address';
import { builtInModels, openedModel, openWithoutGraph } from '../engine';
import { completed } from '../servers';

type Needs = 'scores' | 'tokenizer';

interface Opened {
  readonly name: string;
  readonly model: Model;
}

export class OpenModels {
  /** The last one of each kind. */
  private readonly opened = new Map<Needs, Opened>();

  constructor(private readonly contextTokens: number) {}

  /**
   * By what `--model` takes. `mayWrite`: whether weights that have to be written in another form first may be, and what a
   * self-test finds. Throws `UserError`, `Cancelled` when aborted.
   */
  async open(name: string, needs: Needs, mayWrite: boolean, signal: AbortSignal): Promise<Model> {
    const scored = this.opened.get('scores');
    if (scored?.name === name) return scored.model;
    const before = this.opened.get(needs);
    if (before?.name === name) return before.model;
    const model =
      needs === 'tokenizer'
        ? await openWithoutGraph(name)
        : await this.openedToScore(name, mayWrite, signal);
    before?.model.dispose();
    this.opened.set(needs, { name, model });
    return model;
  }

  dispose(): void {
    for (const { model } of this.opened.values()) model.dispose();
    this.opened.clear();
  }

  private async openedToScore(
    name: string,
    mayWrite: boolean,
    signal: AbortSignal,
  ): Promise<Model> {
    const opening: Opening = {
      signal,
      ...(!mayWrite && { onPrepared: (_, bytes) => refuseToWrite(name, bytes) }),
    };
    const path = modelPath(await completed(name));
    return openedModel(path, this.contextTokens, opening, undefined, mayWrite);
  }
}

function refuseToWrite(name: string, bytes: number): never {
  throw new UserError(
    `The weights of ${name} have to be prepared first, which writes ${formatBytes(bytes)}, and a call writes nothing. Run \`tokenscope inspect --model ${name} FILE\` once.`,
  );
}

/** A name as in `hf:org/name`, which may be anywhere on this machine. */
export const isModelName = (given: string) => /^(?:hf|ollama):/.test(given);

/**
 * What a call names as its model: a name, or a path below a root or among the built-in models. An address is refused: the
 * text would be sent there, which only the user may ask for. Throws `UserError`.
 */
export function modelOfCall(given: string, roots: readonly string[]): string {
  if (isServerAddress(given))
    throw new UserError(
      `A call cannot name a server (${given}). Start \`tokenscope mcp --model ${given}\` to use it for all calls.`,
    );
  const found = namedModelPath(given);
  if (found !== undefined) return found;
  try {
    return pathInRoots(given, { roots: [builtInModels(), ...roots], withoutRoots: '' });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const reason = error.message.replace(/\.$/, '');
    throw new UserError(
      `Model "${given}" not found (${reason}). Run \`tokenscope models\` for the models on this machine.`,
    );
  }
}
