import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { golden } from './paths';

/** A text of test/golden/texts. */
export function readGoldenText(name: string): string {
  return readFileSync(join(golden, 'texts', name), 'utf8');
}
