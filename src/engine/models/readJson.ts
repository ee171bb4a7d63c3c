// JSON files of a model folder.
import type { Json } from '../../core/json';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/errors';

/** The object that a file holds, or undefined where there is no such file. Throws `UserError`. */
export function readJson(folder: string, name: string): Json | undefined {
  const path = join(folder, name);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UserError(`Cannot read ${path}: ${(error as Error).message}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path} is not valid JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`${path} should hold a JSON object.`);
  }
  return value as Json;
}
