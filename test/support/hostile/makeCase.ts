// Case `number` of a seed, written into a folder: what is in it follows from the two numbers alone.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { seededRandom } from '../../../src/core/random';
import { pick, type Random } from '../toys';
import { mutateFile } from './mutateFile';
import { drawChance } from './numbers';
import { kindOf } from './kinds';
import { readSeeds, type Reader, type Seed } from './seeds';

export interface HostileCase {
  readonly kind: string;
  readonly reader: Reader;
  readonly path: string;
}

/** Of all cases. */
const SPECIAL = 0.03;

const seeds = readSeeds();

/** `folder` does not exist before. */
export function makeCase(seed: number, number: number, folder: string): HostileCase {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const kind = kindOf(number);
  const chosen = pick(random, seeds.get(kind)!);
  const own = join(folder, 'opened');
  for (const [name, content] of chosen.files) write(own, name, content);
  const name = pick(random, chosen.changed);
  if (drawChance(random, SPECIAL)) replaceByOther(join(own, name), random);
  else changeFiles(own, name, chosen, random);
  return { kind, reader: chosen.reader, path: join(own, chosen.opened) };
}

/** One file, and sometimes another one beside it. */
function changeFiles(folder: string, name: string, { files, changed }: Seed, random: Random): void {
  const names = drawChance(random, 0.2) ? new Set([name, pick(random, changed)]) : [name];
  for (const each of names) write(folder, each, mutateFile(each, files.get(each)!, random));
}

/** Something else than a regular file of the folder stands in the file's place. */
function replaceByOther(path: string, random: Random): void {
  rmSync(path);
  const link = (to: string) => () => symlinkSync(to, path);
  pick(random, [
    link('/dev/zero'),
    link('/dev/full'),
    link('/dev/tty'),
    link('/etc/passwd'),
    link('/proc/self/mem'),
    link('nowhere'),
    link(path),
    () => mkdirSync(path),
    () => execFileSync('mkfifo', [path]),
    () => {},
  ])();
}

function write(folder: string, name: string, content: Buffer): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
