// A folder of another program, read within limits: a number of entries, small files alone, and no link that leads out of
// it. What is left out is reported.
import { opendirSync, realpathSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { isObject, type Json } from '../../../core/json';
import { parseJson } from '../../../core/parseJson';
import { UserError } from '../../../core/errors';
import type { PlaceId, PlaceProblem } from '../../../core/models/machineModel';
import { withFile } from '../../files/fileSource';
import { isOutside } from '../../files/namedPath';
import { reasonOf } from '../../../core/fileReason';

/** Of one place. A cache of a thousand models has half of it. */
const MOST_ENTRIES = 50_000;
/** Manifests and configurations have a hundredth of it. */
const MOST_JSON = 4 << 20;

export interface Entry {
  readonly name: string;
  readonly path: string;
  readonly isFolder: boolean;
}

export class Place {
  readonly problems: PlaceProblem[] = [];
  private readonly root: string | undefined;
  private left: number;

  /** `folder` need not exist. */
  constructor(
    readonly id: PlaceId,
    readonly folder: string,
    private readonly most = MOST_ENTRIES,
  ) {
    this.left = most;
    this.root = realPath(folder);
  }

  get exists(): boolean {
    return this.root !== undefined;
  }

  /** By name. Links to folders are no entries: a folder is what is there itself. Links to files are. */
  entries(folder: string): Entry[] {
    const found: Entry[] = [];
    if (this.left <= 0) return found;
    try {
      const directory = opendirSync(folder);
      try {
        for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
          if (this.left-- <= 0) {
            this.report(
              this.folder,
              `it has more than ${this.most} entries; the rest is not listed`,
            );
            break;
          }
          if (isListed(entry))
            found.push({
              name: entry.name,
              path: join(folder, entry.name),
              isFolder: entry.isDirectory(),
            });
        }
      } finally {
        directory.closeSync();
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') this.report(folder, reasonOf(error));
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  folders(folder: string): Entry[] {
    return this.entries(folder).filter(({ isFolder }) => isFolder);
  }

  /** Why a file may not be read: without a period; undefined where it may. */
  whyNot(path: string): string | undefined {
    const real = realPath(path);
    if (real === undefined) return 'it is not there';
    if (this.root === undefined || isOutside(this.root, real))
      return `it is a link out of ${this.folder}; such links are not followed`;
    return undefined;
  }

  has(path: string): boolean {
    return this.whyNot(path) === undefined;
  }

  /** How a file begins. Undefined where it is not there, leads out of the place, or is no file. */
  head(path: string, most: number): Buffer | undefined {
    if (!this.has(path)) return undefined;
    try {
      return withFile(path, file => Buffer.from(file.read(0, most)));
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  /** A whole file; undefined where it is larger, too. */
  bytes(path: string, most: number): Buffer | undefined {
    const bytes = this.head(path, most + 1);
    return bytes && bytes.length <= most ? bytes : undefined;
  }

  /** Undefined where there is none that can be read. */
  json(path: string): Json | undefined {
    const bytes = this.bytes(path, MOST_JSON);
    if (!bytes) return undefined;
    try {
      const value: unknown = parseJson(bytes.toString('utf8'));
      return isObject(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  private report(path: string, problem: string): void {
    this.problems.push({ place: this.id, path, problem });
  }
}

function isListed(entry: Dirent): boolean {
  return entry.isDirectory() || entry.isFile() || entry.isSymbolicLink();
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
