// JSON files of a model folder.
import { isNestedDeeper, isObject, type Json } from '../../core/json';
import { parseJson } from '../../core/parseJson';
import { join } from 'node:path';
import { UserError } from '../../core/errors';
import { readPartIfThere } from '../files/regularFile';

/** The largest tokenizers have a third of it. */
const MOST_BYTES = 128 << 20;
/** No configuration has a tenth of it. */
const MOST_LEVELS = 500;

/** The object that a file holds, or undefined where there is no such file. Throws `UserError`. */
export function readJson(folder: string, name: string): Json | undefined {
  const path = join(folder, name);
  const bytes = readPartIfThere(path, MOST_BYTES);
  if (bytes === undefined) return undefined;
  let value: unknown;
  try {
    value = parseJson(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UserError(`${path} is not valid JSON: ${(error as Error).message}`);
  }
  if (isNestedDeeper(value, MOST_LEVELS))
    throw new UserError(`${path} is nested more than ${MOST_LEVELS} levels deep, and is not read.`);
  if (isObject(value)) return value;
  throw new UserError(`${path} should hold a JSON object.`);
}
