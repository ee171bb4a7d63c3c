// Git LFS keeps large files apart: a clone without it has a small text, a pointer, in the place of each.
import { UserError } from '../../core/errors';

/** Bytes that tell a pointer from any file that is read here. */
export const POINTER_BYTES = 64;

const BEGIN = 'version https://git-lfs.github.com/spec/';

/** `begin`: the first bytes of the file, `POINTER_BYTES` or more where it has as many. Throws `UserError`. */
export function refusePointer(path: string, begin: Uint8Array): void {
  if (!new TextDecoder('latin1').decode(begin.subarray(0, POINTER_BYTES)).startsWith(BEGIN)) return;
  throw new UserError(
    `${path} is a Git LFS pointer, not the file itself. Run \`git lfs pull\` in its repository.`,
  );
}
