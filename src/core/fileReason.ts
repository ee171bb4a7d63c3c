// Errors of the file system in the words of a message.

/** Without its code, its call and its path: 'permission denied'. Throws what is no such error: it is a defect. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message: string };
  if (code === undefined) throw error;
  return message.replace(/^\w+: /, '').replace(/, \w+( '.*')?$/s, '');
}
