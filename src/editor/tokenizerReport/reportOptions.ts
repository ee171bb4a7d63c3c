// What the settings say of a tokenizer report.
import { Uri, workspace } from 'vscode';
import { UserError } from '../../core/errors';
import { readGlossary } from '../../core/tokenizerReport/measures/glossary';
import { decodeUtf8 } from '../../core/text/utf8';
import { readPassages } from '../../core/tokenizerReport/measures/passages';
import { readPrices } from '../../core/tokenizerReport/measures/cost';
import type { ReportOptions } from '../../core/tokenizerReport/sectionKind';

/** The same edits and samples each time. */
const SEED = 1;

/** `glossary`, `passages`: paths. Throws `UserError` where a setting, or the file that it names, cannot be used. */
export async function reportOptions(settings: {
  readonly categories: 'ending' | 'folder';
  readonly glossary: string;
  readonly passages: string;
  readonly prices: object;
}): Promise<ReportOptions> {
  const { glossary, passages } = settings;
  const prices = readPrices(settings.prices, 'tokenscope.report.prices');
  return {
    seed: SEED,
    categories: settings.categories,
    ...(prices.length > 0 && { prices }),
    ...(glossary && { glossary: readGlossary(glossary, await bytesOf('glossary', glossary)) }),
    ...(passages && {
      questions: readPassages(passages, textOf(passages, await bytesOf('passages', passages))),
    }),
  };
}

/** `setting`: that names the file. */
async function bytesOf(setting: 'glossary' | 'passages', path: string): Promise<Uint8Array> {
  try {
    return await workspace.fs.readFile(Uri.file(path));
  } catch (error) {
    const reason = (error as Error).message;
    throw new UserError(`The file of tokenscope.report.${setting} cannot be read: ${reason}.`);
  }
}

function textOf(path: string, bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new UserError(`${path} is not UTF-8 text: save it as UTF-8.`);
  return text;
}
