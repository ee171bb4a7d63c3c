// The licence that a repository's page says, in the lines of YAML that it begins with on the hub.
import { dirname, join } from 'node:path';
import { UserError } from '../../core/errors';
import { withFile } from '../files/fileSource';

/** Of a page, whose first lines are about the model. */
export const MOST_CARD = 64 << 10;

/** `license`, or the name of one that is not of the hub's list; null where the page says none. */
export function licenceOfCard(text: string): string | null {
  const matter = /^---\r?\n(.*?)\n---/s.exec(text)?.[1] ?? '';
  const valueOf = (key: string) =>
    new RegExp(`^${key}:[ \\t]*["']?([^\\s"'#\\[]{1,60})`, 'm').exec(matter)?.[1];
  const licence = valueOf('license');
  return (licence === 'other' ? valueOf('license_name') : undefined) ?? licence ?? null;
}

/** Of a model's folder, or of the folder of its GGUF file. Null where there is no page that can be read. */
export function licenceBeside(path: string): string | null {
  const folder = /\.gguf$/i.test(path) ? dirname(path) : path;
  try {
    const page = withFile(join(folder, 'README.md'), file => Buffer.from(file.read(0, MOST_CARD)));
    return licenceOfCard(page.toString('utf8'));
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
