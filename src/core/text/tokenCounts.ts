// Token counts of many files: sums by whatever groups them, and the tables that show them.
import { addSizes, emptySize, ratesOf, type TextSize } from './textSize';

export interface FileTokens extends TextSize {
  /** With slashes, from the folder that was counted. */
  readonly path: string;
  /** For people: 'TypeScript'. */
  readonly language: string;
  readonly tokens: number;
  /** By the second tokenizer, where there is one. */
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

/** A sum for each group that a file is in, most tokens first. */
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

/** The folders that a file lies in, with a slash at the end; none where it lies at the top. */
export function foldersOf({ path }: FileTokens): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, i) => `${names.slice(0, i + 1).join('/')}/`);
}

/** Rows of cells: tokens, those of the second tokenizer beside the first's, then the first's per word and per character, and its bytes. */
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
