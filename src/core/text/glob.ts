// Globs as in the settings of VS Code: `*`, `**`, `?`, `{a,b}`, `[a-z]` and `[!a-z]`. Matched without going back, so that
// no glob takes more than its length times that of the name.

/** A step of a glob: the places at which a name may go on, of those at which it begins. Places are ascending. */
type Step = (characters: readonly string[], places: readonly number[]) => number[];

/**
 * Matches a whole name or path. What is not valid glob syntax, such as an unclosed brace or `[z-a]`, matches itself.
 */
export function globMatcher(glob: string): (name: string) => boolean {
  let steps: readonly Step[];
  try {
    steps = stepsOf(glob);
  } catch {
    return name => name === glob;
  }
  return name => {
    const characters = [...name];
    return after(steps, characters, [0]).includes(characters.length);
  };
}

/** A pattern that matches the text itself. */
export const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

const PART = /\*\*\/|\*\*|\*|\?|\[(!?)((?:[^\]\\])+)\]|\{([^{}]*)\}|./gsu;

function stepsOf(glob: string): Step[] {
  return Array.from(glob.matchAll(PART), ([part, not, characters, choices]): Step => {
    if (part === '**/') return anyFolders;
    if (part === '**') return many(() => true);
    if (part === '*') return many(isNoSlash);
    if (part === '?') return one(isNoSlash);
    if (characters !== undefined) {
      const escaped = characters.replace(/[[^&]/g, '\\$&');
      const pattern = new RegExp(`^[${not ? '^' : ''}${escaped}]$`, 'su');
      return one(character => pattern.test(character));
    }
    if (choices !== undefined) {
      const all = choices.split(',').map(stepsOf);
      return (name, places) => sorted(all.flatMap(steps => after(steps, name, places)));
    }
    return one(character => character === part);
  });
}

function after(
  steps: readonly Step[],
  name: readonly string[],
  places: readonly number[],
): readonly number[] {
  return steps.reduce((at, step) => (at.length > 0 ? step(name, at) : at), places);
}

const isNoSlash = (character: string) => character !== '/';

function one(fits: (character: string) => boolean): Step {
  return (name, places) =>
    places.flatMap(at => (at < name.length && fits(name[at]!) ? [at + 1] : []));
}

function many(fits: (character: string) => boolean): Step {
  return (name, places) => {
    const found: number[] = [];
    let reached = -1;
    for (const place of places) {
      if (place <= reached) continue;
      let at = place;
      found.push(at);
      while (at < name.length && fits(name[at]!)) found.push(++at);
      reached = at;
    }
    return found;
  };
}

const anyFolders: Step = (name, places) => {
  const first = places[0]!;
  const folders = name.flatMap((character, at) =>
    at >= first && character === '/' ? [at + 1] : [],
  );
  return sorted([...places, ...folders]);
};

function sorted(places: readonly number[]): number[] {
  return [...new Set(places)].sort((a, b) => a - b);
}
