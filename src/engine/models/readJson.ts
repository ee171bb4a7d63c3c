// JSON files of a model folder.
import { isObject, type Json } from '../../core/json';
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
  if (isNestedDeeper(bytes, MOST_LEVELS))
    throw new UserError(
      `${path} is nested more than ${MOST_LEVELS} levels deep, which is not supported.`,
    );
  let value: unknown;
  try {
    value = parseJson(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UserError(`${path} is not valid JSON: ${(error as Error).message}`);
  }
  if (isObject(value)) return value;
  throw new UserError(`${path} should hold a JSON object.`);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Lists open and close by the characters 5b and 5d, objects by 7b and 7d: without the bit 20 they are the same. */
const OPENS = 0x5b;
const CLOSES = 0x5d;

/** Whether a text has more levels of lists and objects. Of the bytes: a large tokenizer has half a million lists. */
function isNestedDeeper(json: Uint8Array, most: number): boolean {
  let level = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (byte === QUOTE) {
      for (at++; at < json.length && json[at] !== QUOTE; at++) if (json[at] === BACKSLASH) at++;
    } else if ((byte & 0xdf) === OPENS) {
      if (++level > most) return true;
    } else if ((byte & 0xdf) === CLOSES) level--;
  }
  return false;
}
