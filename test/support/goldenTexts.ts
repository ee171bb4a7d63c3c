import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A text of test/golden/texts. */
export function readGoldenText(name: string): string {
  return readFileSync(join(import.meta.dirname, '../golden/texts', name), 'utf8');
}
