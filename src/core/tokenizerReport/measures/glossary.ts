// Lists of terms: of a file, or the identifiers of source code.
import { UserError } from '../../errors';
import { decodeUtf8 } from '../../text/utf8';

/** The terms of a file, whose name tells CSV. Throws `UserError` that names it where it is not UTF-8 or has no term. */
export function readGlossary(path: string, bytes: Uint8Array): string[] {
  const list = decodeUtf8(bytes);
  if (list === undefined) throw new UserError(`${path} is not UTF-8 text: save it as UTF-8.`);
  const terms = termsOf(list, /\.csv$/i.test(path) ? 'csv' : 'lines');
  if (terms.length > 0) return terms;
  throw new UserError(
    `${path} has no term: write one a line, or in the first column of a CSV file.`,
  );
}

/** The terms of a list: one a line, or the first column of CSV (RFC 4180). Each once, in the order of the list. */
export function termsOf(list: string, form: 'lines' | 'csv'): string[] {
  const lines = form === 'csv' ? firstColumn(list) : list.split(/\r\n|\r|\n/);
  const terms = lines.map(line => line.replace(/^\ufeff/, '').trim());
  return [...new Set(terms)].filter(term => term !== '');
}

/** A field in quotes may have line ends and, doubled, quotes. */
function firstColumn(csv: string): string[] {
  const row = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(?:,(?:"(?:[^"]|"")*"|[^"\r\n])*)?(?:\r\n|\r|\n|$)/y;
  const fields: string[] = [];
  while (row.lastIndex < csv.length) {
    const from = row.lastIndex;
    const found = row.exec(csv);
    // A quote that nothing closes: the rest of the line is taken as it is.
    if (!found) {
      const end = csv.indexOf('\n', from);
      fields.push(csv.slice(from, end < 0 ? csv.length : end));
      row.lastIndex = end < 0 ? csv.length : end + 1;
      continue;
    }
    fields.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
  }
  return fields;
}

const IDENTIFIER = /[\p{ID_Start}_$][\p{ID_Continue}$]*/gu;
/** Finds all of them, and more where there are other characters than ASCII; ten times as fast. */
const CANDIDATE = /[A-Za-z_$\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/g;
const NOT_ASCII = /[^\0-\x7f]/;

/** Names in source code, those in comments and strings included: no language is parsed. `start`: in UTF-16 units. */
export function* identifiersIn(text: string): Generator<{ name: string; start: number }> {
  for (const { 0: candidate, index } of text.matchAll(CANDIDATE)) {
    if (!NOT_ASCII.test(candidate)) yield { name: candidate, start: index };
    else
      for (const found of candidate.matchAll(IDENTIFIER))
        yield { name: found[0], start: index + found.index };
  }
}
