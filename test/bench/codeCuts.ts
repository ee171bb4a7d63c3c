// Places in source code that the built-in model has not seen: this repository's own.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Model } from '../../src/engine/models/model';
import { RuntimeClient } from '../../src/engine/onnx/session/runtimeClient';
import { bundleEngine } from '../support/engineBundle';
import { randomOf } from '../support/toys';

const root = join(import.meta.dirname, '../..');

export const KINDS = ['in a word', 'in blanks', 'in signs', 'between tokens'] as const;
export type Kind = (typeof KINDS)[number];

export interface Cut {
  readonly kind: Kind;
  /** UTF-8 up to the cut, from the beginning of a line on where there is one. */
  readonly before: Uint8Array;
  /** UTF-8 after it. */
  readonly after: Uint8Array;
}

/** Of those that are built in, or at a path. */
export async function openModel(name = 'coder'): Promise<{ model: Model; close(): void }> {
  const runtime = join(await bundleEngine(), 'runtime.js');
  const folder = name.includes('/') ? name : join(root, 'models', name);
  const model = await Model.open(folder, 2048, () => new RuntimeClient(runtime));
  return { model, close: () => model.dispose() };
}

/** Written by a program. */
const TABLES = /(lettersAndNumbers|unicodeCategories)\.ts$/;

/** TypeScript and Python of this repository. */
export function ownSources(): string[] {
  return ['src', 'webview', 'training'].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => /\.(ts|py)$/.test(name) && !name.startsWith('.') && !TABLES.test(name))
      .sort()
      .map(name => readFileSync(join(root, folder, name), 'utf8'))
      // In ASCII a place in bytes is one in characters.
      .filter(text => /^[\x00-\x7f]*$/.test(text)),
  );
}

/** Paragraphs of this repository's pages, without tables and examples. */
export function ownProse(): string[] {
  const pages = ['docs', 'models', '.'].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: folder !== '.', encoding: 'utf8' })
      .filter(name => name.endsWith('.md') && !name.startsWith('CHANGELOG'))
      .sort()
      .map(name => readFileSync(join(root, folder, name), 'utf8')),
  );
  return pages.map(page => {
    const paragraphs = page.split(/\n\n+/).filter(each => /^[A-Za-z][\x00-\x7f]*[.:]$/.test(each));
    return paragraphs.join('\n\n');
  });
}

/** `perKind` random places of each of the kinds, with up to `context` bytes before and `ahead` after. */
export function cutsOf(
  { tokenizer }: Model,
  kinds: readonly Kind[],
  perKind: number,
  ahead: number,
  context = 1200,
  texts = ownSources(),
): Cut[] {
  const random = randomOf(5);
  const places = new Map<Kind, { text: string; at: number }[]>(kinds.map(kind => [kind, []]));
  for (const text of texts) {
    const boundaries = new Set(tokenizer.encode(text).byteEnds);
    for (let at = 200; at < text.length - ahead; at++) {
      const kind = boundaries.has(at) ? 'between tokens' : kindInToken(text[at - 1]!, text[at]!);
      places.get(kind)?.push({ text, at });
    }
  }
  const utf8 = new TextEncoder();
  return [...places].flatMap(([kind, all]) =>
    Array.from({ length: Math.min(perKind, all.length) }, () => {
      const { text, at } = all.splice(Math.floor(random() * all.length), 1)[0]!;
      const begin = Math.max(0, at - context);
      const line = begin > 0 ? text.indexOf('\n', begin) + 1 : 0;
      // A line may be longer than that.
      const before = utf8.encode(
        text.slice(begin > 0 && (line === 0 || line > at) ? begin : line, at),
      );
      return { kind, before, after: utf8.encode(text.slice(at, at + ahead)) };
    }),
  );
}

function kindInToken(left: string, right: string): Kind {
  if (/\s/.test(left)) return 'in blanks';
  return /\w/.test(left) && /\w/.test(right) ? 'in a word' : 'in signs';
}
