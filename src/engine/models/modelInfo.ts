// What is known of an opened model: from its folder, its tokenizer and its backend.
import { statSync } from 'node:fs';
import { UserError } from '../../core/errors';
import { hasTextFrom } from '../../core/tokenizer/hasTextFrom';
import { describePublished, publishedFor } from '../../core/sae/publishedSaes';
import type { ModelInfo } from '../../protocol/models';
import { tunedLensBeside, tunedLensName } from '../layers/tunedLensFolder';
import type { Backend } from './backend';
import type { ModelFolder } from './modelFolder';
import { EXACT_DTYPE } from './source';

/** `backend`: null where the tokenizer alone is open; `contextLimit`: tokens of a window at most. */
export function infoOf(
  folder: ModelFolder,
  backend: Backend | null,
  contextLimit: number,
): ModelInfo {
  const { tokenizer } = folder;
  const warnings = backend
    ? [...backend.report.warnings, ...vocabularyWarnings(folder, backend)]
    : [];
  return {
    name: nameOf(folder, backend),
    folder: folder.path,
    tokenizer: tokenizer.name,
    vocabSize: tokenizer.vocabSize,
    scores: backend !== null,
    ...(backend ? {} : { scoresMissing: folder.weightsMissing || 'only its tokenizer is open' }),
    contextTokens: windowTokens(folder, backend, contextLimit),
    warnings: [tokenizer.limitation, ...folder.warnings, ...warnings].filter(Boolean),
    lacks: backend?.lacks,
    ...tunedLensIn(folder),
    ...weightsTimeOf(folder),
    ...publishedOf(folder, backend),
  };
}

/** Tokens that the model itself can hold. */
export function ownContextTokens(folder: ModelFolder, backend: Backend | null): number {
  return backend?.contextTokens ?? folder.contextTokens;
}

function windowTokens(folder: ModelFolder, backend: Backend | null, contextLimit: number): number {
  const all = Math.min(ownContextTokens(folder, backend), contextLimit);
  return Math.max(1, all - (backend?.besideWindow ?? 0));
}

/** Throws `UserError` where a text may have tokens that the model does not know, or begins with one. */
export function checkVocabulary(
  { tokenizer, start, path }: ModelFolder,
  { vocabSize }: Backend,
): void {
  if ((!start || start.id < vocabSize) && !hasTextFrom(tokenizer, vocabSize)) return;
  throw new UserError(
    `The tokenizer does not fit the model: it has ${tokenizer.vocabSize} tokens, the model's ` +
      `output ${vocabSize} (in ${path}).`,
  );
}

function tunedLensIn({ path }: ModelFolder): Pick<ModelInfo, 'tunedLens'> {
  const folder = tunedLensBeside(path);
  return folder === undefined ? {} : { tunedLens: tunedLensName(folder) };
}

function weightsTimeOf({ weights }: ModelFolder): Pick<ModelInfo, 'weightsTime'> {
  const found = weights && statSync(weights.path, { throwIfNoEntry: false });
  return found ? { weightsTime: found.mtimeMs } : {};
}

/** With the dtype where it is not that of the trained model: two of one folder are two models. */
function nameOf({ name, weights }: ModelFolder, backend: Backend | null): string {
  const dtype = backend ? weights?.dtype : undefined;
  return dtype === undefined || dtype === EXACT_DTYPE ? name : `${name} (${dtype})`;
}

/** Not where it could not be opened, or is not needed. */
function publishedOf(
  { saes, publishedNames }: ModelFolder,
  backend: Backend | null,
): Pick<ModelInfo, 'publishedSae'> {
  const found = publishedFor(publishedNames);
  if (!found || saes.length > 0 || !backend || 'missing' in backend.features) return {};
  return { publishedSae: { repository: found.repository, about: describePublished(found) } };
}

function vocabularyWarnings({ tokenizer }: ModelFolder, { vocabSize }: Backend): string[] {
  if (tokenizer.vocabSize >= vocabSize * 0.9) return [];
  return [
    `The tokenizer has ${tokenizer.vocabSize} tokens and the model ${vocabSize}; they may not belong together.`,
  ];
}
