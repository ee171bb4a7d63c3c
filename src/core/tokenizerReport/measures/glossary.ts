// Lists of terms: of a file, or the identifiers of source code.
import { UserError } from '../../errors';
import { decodeUtf8 } from '../../text/utf8';

/** The terms of a file, which is CSV where its name ends so. Throws `UserError` that names it where it is not UTF-8 or has no term. */
export function readGlossary(path: string, bytes: Uint8Array): string[] {
  const list = decodeUtf8(bytes);
  if (list === undefined) throw new UserError(`${path} is not UTF-8 text. Save it as UTF-8.`);
  const terms = termsOf(list, /\.csv$/i.test(path) ? 'csv' : 'lines');
  if (terms.length > 0) return terms;
  throw new UserError(
    `${path} has no terms. Write one per line, or in the first column of a CSV file.`,
  );
}

/** The terms of a list: one a line, or the first column of CSV (RFC 4180). Each once, in the order of the list. */
export function termsOf(list: string, form: 'lines' | 'csv'): string[] {
  const lines = form === 'csv' ? firstColumn(list) : list.split(/\r\n|\r|\n/);
  const terms = lines.map(line => line.replace(/^\ufeff/, '').trim());
  return [...new Set(terms)].filter(term => term !== '');
}

/**
 * A field in quotes may have line ends and, doubled, quotes. A quote before another one closes no field: if it could,
 * doubled quotes after one that nothing closes could be read in exponentially many ways.
 */
function firstColumn(csv: string): string[] {
  const row =
    /(?:"((?:[^"]|"")*)"(?!")|([^,\r\n]*))(?:,(?:"(?:[^"]|"")*"(?!")|[^"\r\n])*)?(?:\r\n|\r|\n|$)/y;
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
/** [UTF-16 unit]; 1 for what may begin one, and 2 for what may be inside: all but ASCII that is no letter. */
const parts = new Uint8Array(0x10000).fill(1);
for (let unit = 0; unit < 0x80; unit++) {
  const character = String.fromCharCode(unit);
  parts[unit] = /[A-Za-z_$]/.test(character) ? 1 : /[0-9]/.test(character) ? 2 : 0;
}

/**
 * Names in source code, text[start, end), those in comments and strings included: no language is parsed. Most are ASCII,
 * and found by a table.
 */
export function eachIdentifier(text: string, onName: (start: number, end: number) => void): void {
  const { length } = text;
  for (let i = 0; i < length; i++) {
    if (parts[text.charCodeAt(i)] !== 1) continue;
    const start = i;
    let units = 0;
    for (; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (parts[unit] === 0) break;
      units |= unit;
    }
    if (units < 0x80) onName(start, i);
    else
      for (const { 0: name, index } of text.slice(start, i).matchAll(IDENTIFIER))
        onName(start + index, start + index + name.length);
  }
}
