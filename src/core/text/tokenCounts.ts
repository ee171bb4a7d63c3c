// Token counts of many files: sums by group, and the tables that show them.
import { addSizes, emptySize, ratesOf, type TextSize } from './textSize';

export interface FileTokens extends TextSize {
  /** With slashes, relative to the counted folder. */
  readonly path: string;
  /** For display: 'TypeScript'. */
  readonly language: string;
  readonly tokens: number;
  /** With the second tokenizer, if there is one. */
  readonly second?: number;
}

export interface TokenSum extends TextSize {
  readonly name: string;
  readonly files: number;
  readonly tokens: number;
  readonly second?: number;
}

export function sumOf(name: string, files: readonly FileTokens[]): TokenSum {
  const counted = files.some(({ second }) => second !== undefined);
  const total = (count: (file: FileTokens) => number) =>
    files.reduce((sum, file) => sum + count(file), 0);
  return {
    name,
    files: files.length,
    ...files.reduce<TextSize>(addSizes, emptySize),
    tokens: total(({ tokens }) => tokens),
    ...(counted ? { second: total(({ second = 0 }) => second) } : {}),
  };
}

/** A sum for each group that a file belongs to, most tokens first. */
export function sumsBy(
  files: readonly FileTokens[],
  groupsOf: (file: FileTokens) => readonly string[],
): TokenSum[] {
  const groups = new Map<string, FileTokens[]>();
  for (const file of files) {
    for (const name of groupsOf(file)) {
      const group = groups.get(name);
      if (group) group.push(file);
      else groups.set(name, [file]);
    }
  }
  return [...groups].map(([name, members]) => sumOf(name, members)).sort(byTokens);
}

export function byTokens(a: { tokens: number }, b: { tokens: number }): number {
  return b.tokens - a.tokens;
}

/** The folders that contain a file, each with a trailing slash; none for a file at the top. */
export function foldersOf({ path }: FileTokens): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, i) => `${names.slice(0, i + 1).join('/')}/`);
}

/**
 * Rows of cells: tokens; those of the second tokenizer and the ratio, if there is one; tokens per word and per
 * character, and bytes per token of the first tokenizer.
 */
export function tokenCountTable(
  nameTitle: string,
  sums: readonly (TextSize & { name: string; files?: number; tokens: number; second?: number })[],
): string[][] {
  const compares = sums.some(({ second }) => second !== undefined);
  const lists = sums.some(({ files }) => files !== undefined);
  const head = [
    nameTitle,
    ...(lists ? ['files'] : []),
    'tokens',
    ...(compares ? ['second', 'ratio'] : []),
    'per word',
    'per char',
    'bytes each',
  ];
  const rows = sums.map(({ name, files, tokens, second, ...size }) => {
    const rates = ratesOf(tokens, size);
    return [
      name,
      ...(lists ? [String(files ?? '')] : []),
      String(tokens),
      ...(compares ? [String(second ?? ''), formatRate((second ?? NaN) / tokens)] : []),
      formatRate(rates.tokensPerWord),
      formatRate(rates.tokensPerCharacter),
      formatRate(rates.bytesPerToken),
    ];
  });
  return [head, ...rows];
}

export function formatRate(rate: number): string {
  return Number.isFinite(rate) ? rate.toFixed(2) : '–';
}
