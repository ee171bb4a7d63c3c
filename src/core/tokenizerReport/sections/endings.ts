// Kinds of file, and folders.

/** `.ts`; `other` for a name without an ending. */
export function endingOf(path: string): string {
  return /[^/](\.[^./]+)$/.exec(path)?.[1] ?? 'other';
}

/** The folder that a file is in, with a slash at its end; `./` for none. */
export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : './';
}
