// Globs as in the settings of VS Code: `*`, `**`, `?`, `{a,b}`, `[a-z]` and `[!a-z]`.

/**
 * Matches a whole name or path. What is not valid glob syntax, such as an unclosed brace or `[z-a]`, matches itself.
 */
export function globPattern(glob: string): RegExp {
  try {
    return new RegExp(`^(?:${sourceOf(glob)})$`, 'su');
  } catch {
    return new RegExp(`^${literally(glob)}$`, 'su');
  }
}

/** A pattern that matches the text itself. */
export const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

const PART = /\*\*\/|\*\*|\*|\?|\[(!?)((?:[^\]\\])+)\]|\{([^{}]*)\}|./gsu;

function sourceOf(glob: string): string {
  return glob.replace(PART, (part, not: string, characters: string, choices: string) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (characters !== undefined)
      return `[${not ? '^' : ''}${characters.replace(/[[^&]/g, '\\$&')}]`;
    if (choices !== undefined) return `(?:${choices.split(',').map(sourceOf).join('|')})`;
    return literally(part);
  });
}
