// The language of a file by its name. Opening every file of a folder to detect its language would take far too long.
import { globMatcher } from './glob';

/** As declared in an extension's manifest. */
export interface DeclaredLanguage {
  readonly id: string;
  readonly aliases?: readonly string[];
  readonly extensions?: readonly string[];
  readonly filenames?: readonly string[];
}

/**
 * Maps a file's path to a language name for display: the language that the user associates with it (language ids by
 * glob; globs without a slash match the file name), else the one declared for its name, or for its longest known
 * extension.
 */
export function languageNames(
  declared: readonly DeclaredLanguage[],
  associations: Readonly<Record<string, string>>,
): (path: string) => string {
  const byId = new Map<string, string>();
  const byEnding = new Map<string, string>();
  for (const { id, aliases, extensions = [], filenames = [] } of declared) {
    const name = aliases?.[0] ?? id;
    if (!byId.has(id)) byId.set(id, name);
    for (const end of [...extensions, ...filenames].map(end => end.toLowerCase()))
      if (!byEnding.has(end)) byEnding.set(end, name);
  }
  const associated = Object.entries(associations)
    .sort(([a], [b]) => b.length - a.length)
    .map(([glob, id]) => ({
      matches: globMatcher(glob.toLowerCase()),
      isOfNames: !glob.includes('/'),
      name: byId.get(id) ?? id,
    }));
  return path => {
    const whole = path.toLowerCase();
    const file = whole.slice(whole.lastIndexOf('/') + 1);
    const wished = associated.find(({ matches, isOfNames }) => matches(isOfNames ? file : whole));
    if (wished) return wished.name;
    // `.d.ts` before `.ts`.
    for (let at = 0; at >= 0; at = file.indexOf('.', at + 1)) {
      const name = byEnding.get(file.slice(at));
      if (name) return name;
    }
    const ending = /.\.[^.]+$/.exec(file)?.[0].slice(1);
    return ending ? `${ending} files` : 'other';
  };
}
