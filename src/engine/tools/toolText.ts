// The text that a tool is about: given itself, or as a file below a root.
import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../core/errors';
import { reasonOf } from '../../core/fileReason';
import { encodeUtf8 } from '../../core/text/utf8';
import type { ToolFiles } from '../../protocol/tools';
import { isOutside } from '../files/namedPath';
import { readRegularFile } from '../files/regularFile';
import { decodeText } from '../files/utf8Text';

export interface ToolText {
  /** For messages: the path, or "The text". */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The text, with the byte order mark that a file may have. Throws `UserError` where it is not UTF-8. */
export function decoded({ name, bytes }: ToolText): string {
  return decodeText(name, bytes);
}

/** Throws `UserError` where neither or both are given, for more than `most` bytes, and for a file outside of the roots. */
export function readToolText(
  { text, path }: { readonly text: string | undefined; readonly path: string | undefined },
  files: ToolFiles,
  most: number,
  tool: string,
): ToolText {
  if ((text === undefined) === (path === undefined))
    throw new UserError(`${tool} needs either text or path. Give exactly one of them.`);
  if (path === undefined) return limited('The text', encodeUtf8(text!), most, tool);
  const { found, real } = placeInRoots(path, files);
  // On Windows paths of a file may differ by case.
  const open = Object.entries(files.open ?? {}).find(([at]) => relative(at, found) === '');
  return open === undefined
    ? { name: path, bytes: readRegularFile(real, most) }
    : limited(path, encodeUtf8(open[1]), most, tool);
}

function limited(name: string, bytes: Uint8Array, most: number, tool: string): ToolText {
  if (bytes.length <= most) return { name, bytes };
  throw new UserError(
    `${name} has ${bytes.length} bytes; the limit of ${tool} is ${most}. Pass a part of it.`,
  );
}

/** The real path of what is below one of the roots, links followed. Throws `UserError`. */
export function pathInRoots(path: string, files: ToolFiles): string {
  return placeInRoots(path, files).real;
}

/** The same, with the path that was found. */
function placeInRoots(
  path: string,
  { roots, withoutRoots }: ToolFiles,
): { readonly found: string; readonly real: string } {
  if (roots.length === 0) throw new UserError(`${path} cannot be read: ${withoutRoots}`);
  const named = path.startsWith('file:') ? pathOfUri(path) : path;
  const candidates = isAbsolute(named) ? [resolve(named)] : roots.map(root => join(root, named));
  const found = candidates.find(each => existsSync(each));
  // Whether there is a file elsewhere is not said.
  const real = found === undefined ? undefined : realpathSync(found);
  const inside = (at: string, folders: readonly string[]) =>
    folders.some(folder => !isOutside(folder, at));
  if (found !== undefined && real !== undefined && inside(real, roots.map(realRoot)))
    return { found, real };
  if (real === undefined && candidates.some(each => inside(each, roots)))
    throw new UserError(`File not found: ${path}`);
  throw new UserError(
    `${path} is outside the roots (symbolic links are resolved). Only files below ${roots.join(', ')} can be read.`,
  );
}

/** A root that is not there has nothing below it. */
function realRoot(root: string): string {
  return existsSync(root) ? realpathSync(root) : resolve(root);
}

function pathOfUri(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch (error) {
    throw new UserError(`${uri} names no file of this machine: ${reasonOf(error)}.`);
  }
}
