// Downloads and unpacked programs live outside the clone, in folders whose names say what is in them.
// A folder appears whole or not at all: it is made under a temporary name, stamped, and renamed.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { HostError } from './progress.mjs';

const STAMP = 'whole.json';
const UNUSED_DAYS = 30;

export function cacheRoot() {
  const { TOKENSCOPE_CACHE, XDG_CACHE_HOME } = process.env;
  return TOKENSCOPE_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'tokenscope');
}

/** @param {readonly (string | URL)[]} files whose contents decide */
export function keyOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 12);
}

/**
 * The stamp lists the sizes of the files that matter, so that a folder someone has cleared or that a
 * full disk cut short is made again.
 * @param {string} folder
 */
function isWhole(folder) {
  try {
    /** @type {Record<string, number>} */
    const sizes = JSON.parse(readFileSync(join(folder, STAMP), 'utf8'));
    return Object.entries(sizes).every(
      ([file, size]) => statSync(join(folder, file)).size === size,
    );
  } catch {
    return false;
  }
}

/**
 * Folders that this process is filling.
 * @type {Map<string, Promise<string>>}
 */
const filling = new Map();

/**
 * The folder `name-key` of the cache, made by `fill` when it is not there. Who asks for it meanwhile waits for the same.
 * Two processes may fill at once: each works in its own folder, the first rename wins and the other uses it.
 * @param {string} name
 * @param {string} key
 * @param {readonly string[]} vital files that `fill` makes, relative to the folder
 * @param {(folder: string) => Promise<void>} fill
 * @returns {Promise<string>}
 */
export function cached(name, key, vital, fill) {
  const root = cacheRoot();
  const folder = join(root, `${name}-${key}`);
  const found = filling.get(folder) ?? madeWhole(root, folder, name, vital, fill);
  filling.set(folder, found);
  return found.finally(() => filling.delete(folder));
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {string} name
 * @param {readonly string[]} vital
 * @param {(folder: string) => Promise<void>} fill
 */
async function madeWhole(root, folder, name, vital, fill) {
  if (!isWhole(folder)) {
    const scratch = scratchFolder(root, name);
    try {
      await fill(scratch);
      const sizes = Object.fromEntries(
        vital.map(file => [file, statSync(join(scratch, file)).size]),
      );
      writeFileSync(join(scratch, STAMP), JSON.stringify(sizes));
      putInPlace(scratch, folder);
    } catch (error) {
      throw explained(error, root);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  touch(folder);
  dropUnused(root);
  return folder;
}

/**
 * @param {string} root
 * @param {string} name
 */
function scratchFolder(root, name) {
  try {
    mkdirSync(root, { recursive: true });
    return mkdtempSync(join(root, `.${name}-`));
  } catch (error) {
    throw new HostError(`The cache cannot be written: ${Object(error).message}; ${remedy}.`);
  }
}

/**
 * @param {string} scratch
 * @param {string} folder
 */
function putInPlace(scratch, folder) {
  if (isWhole(folder)) return;
  if (existsSync(folder)) {
    renameSync(folder, `${scratch}-broken`);
    rmSync(`${scratch}-broken`, { recursive: true, force: true });
  }
  try {
    renameSync(scratch, folder);
  } catch (error) {
    if (!isWhole(folder)) throw error;
  }
}

/** @param {string} folder */
function touch(folder) {
  try {
    utimesSync(join(folder, STAMP), new Date(), new Date());
  } catch {
    // A cache that may only be read serves as well.
  }
}

/**
 * Folders of other versions that nobody opened for a month, and half-made ones older than a day.
 * @param {string} root
 */
function dropUnused(root) {
  for (const entry of readdirSync(root)) {
    const folder = join(root, entry);
    const scratch = entry.startsWith('.');
    try {
      const days =
        (Date.now() - statSync(scratch ? folder : join(folder, STAMP)).mtimeMs) / 86_400_000;
      if (days > (scratch ? 1 : UNUSED_DAYS)) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Not ours, or gone already.
    }
  }
}

/** Room for what is installed here, with its archives. */
const NEEDED_BYTES = 1.2e9;

/**
 * Said before a long download rather than after it; npm itself names a full disk in many ways.
 * @param {string} folder
 */
export function checkSpace(folder) {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < NEEDED_BYTES)
    throw full(folder, `has ${Math.round((bavail * bsize) / 1e6)} MB left`);
}

const remedy = 'set TOKENSCOPE_CACHE to a folder elsewhere';

/**
 * @param {string} folder
 * @param {string} state
 */
const full = (folder, state) =>
  new HostError(`The disk of ${folder} ${state}; about 1.2 GB is needed. Free some, or ${remedy}.`);

/**
 * @param {unknown} error
 * @param {string} root
 */
const explained = (error, root) =>
  Object(error).code === 'ENOSPC' ? full(root, 'is full') : error;
