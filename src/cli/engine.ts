// The models that a command opens, in this process.
import { basename, join } from 'node:path';
import { preparingWords } from '../core/models/preparingWords';
import type { Tokenizer } from '../core/tokenizer/tokenizer';
import { Model, type OpenModel } from '../engine/models/model';
import { modelPath } from '../engine/models/places/modelPath';
import type { ModelFolder } from '../engine/models/modelFolder';
import type { Opening } from '../engine/models/source';
import { modelOpener } from '../engine/models/openModel';
import { readModel } from '../engine/models/readModel';
import { interruptiblePart } from './interrupt';
import { withProgress } from './progressLine';
import { completed, send, withTokenizer } from './servers';

/** What `--model` names, else the built-in model's folder. `tokenizer`: that of a server's model. Throws `UserError`. */
export function modelFolder(given: string | undefined, tokenizer?: string): string {
  return withTokenizer(given ?? builtInFolder('coder'), tokenizer);
}

/** Of a model that comes with Tokenscope. */
export function builtInFolder(name: string): string {
  return join(builtInModels(), name);
}

export function builtInModels(): string {
  return join(__dirname, '..', 'models');
}

/**
 * Opens a model that the caller disposes, and says nothing on a terminal. `keepsTests`: whether what self-tests find may be
 * written to the cache. Throws `UserError`, `Cancelled` when aborted.
 */
export function openedModel(
  path: string | ModelFolder,
  contextTokens: number,
  opening: Opening,
  dtype?: string,
  keepsTests = true,
): Promise<Model> {
  const open = modelOpener(join(__dirname, 'runtime.js'), undefined, send, keepsTests);
  return open(path, contextTokens, dtype, opening);
}

/**
 * Opens a model that the caller disposes, by its path or its name. Throws `UserError`, `Cancelled` where Ctrl+C comes
 * while its weights are written.
 */
export const openModel: OpenModel = async (named, contextTokens, dtype) => {
  const path = typeof named === 'string' ? modelPath(await completed(named)) : named;
  const doing = `opening ${nameOf(path)}`;
  const words = {
    doing,
    of: (done: number, all: number) => `${doing}: ${preparingWords(done, all)}`,
  };
  return withProgress(words, report =>
    interruptiblePart((signal, inPart) => {
      const onPrepared = (done: number, all: number) => {
        inPart(done < all);
        report(done, all);
      };
      return openedModel(path, contextTokens, { signal, onPrepared }, dtype);
    }),
  );
};

const nameOf = (path: Parameters<OpenModel>[0]) =>
  typeof path === 'string' ? basename(path) : path.name;

/** Throws what a tokenizer alone refuses. */
export type CheckTokenizer = (tokenizer: Tokenizer) => void;

/** Opens a model for as long as the work takes, once its tokenizer was found to serve. Throws `UserError`. */
export async function withModel<T>(
  named: string,
  contextTokens: number,
  work: (model: Model) => Promise<T>,
  check: CheckTokenizer = () => {},
): Promise<T> {
  const folder = readModel(modelPath(await completed(named)));
  check(folder.tokenizer);
  const model = await openModel(folder, contextTokens);
  try {
    return await work(model);
  } finally {
    model.dispose();
  }
}

/** The same with a second model where its folder is given. */
export function withModels<T>(
  folder: string,
  secondFolder: string | undefined,
  contextTokens: number,
  work: (model: Model, second: Model | undefined) => Promise<T>,
  check?: CheckTokenizer,
): Promise<T> {
  const withSecond = (model: Model) =>
    secondFolder === undefined
      ? work(model, undefined)
      : withModel(secondFolder, contextTokens, second => work(model, second), check);
  return withModel(folder, contextTokens, withSecond, check);
}

/** A model that is asked for its tokens alone; it needs no graph and is not disposed. Throws `UserError`. */
export async function openWithoutGraph(named: string): Promise<Model> {
  const path = modelPath(await completed(named));
  return Model.open(path, Number.MAX_SAFE_INTEGER, null);
}
