// What the settings say of a tokenizer report.
import { Uri, workspace } from 'vscode';
import { UserError } from '../../core/errors';
import { readGlossary } from '../../core/tokenizerReport/measures/glossary';
import { readPrices } from '../../core/tokenizerReport/measures/cost';
import type { ReportOptions } from '../../core/tokenizerReport/sectionKind';

/** The same edits and samples each time. */
const SEED = 1;

/** `glossary`: a path. Throws `UserError` where a setting, or the file that it names, cannot be used. */
export async function reportOptions(settings: {
  readonly glossary: string;
  readonly prices: object;
}): Promise<ReportOptions> {
  const prices = readPrices(settings.prices, 'tokenscope.report.prices');
  const { glossary } = settings;
  return {
    seed: SEED,
    ...(prices.length > 0 && { prices }),
    ...(glossary && { glossary: readGlossary(glossary, await bytesOf(glossary)) }),
  };
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await workspace.fs.readFile(Uri.file(path));
  } catch (error) {
    throw new UserError(
      `The glossary of tokenscope.report.glossary cannot be read: ${(error as Error).message}.`,
    );
  }
}
