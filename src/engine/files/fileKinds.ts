// Files that are no text, by how they begin, with what would help.

const KINDS: readonly (readonly [start: readonly number[] | string, words: string])[] = [
  [[0x1f, 0x8b], 'is compressed with gzip: unpack it first (gunzip)'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'is compressed with Zstandard: unpack it first (unzstd)'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'is compressed with xz: unpack it first (unxz)'],
  ['BZh', 'is compressed with bzip2: unpack it first (bunzip2)'],
  [[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], 'is a 7z archive: unpack it first'],
  ['Rar!', 'is a RAR archive: unpack it first'],
  ['PAR1', 'is a Parquet file: convert it to JSON lines first'],
  ['ARROW1', 'is an Arrow file: convert it to JSON lines first'],
  ['SQLite format 3', 'is an SQLite database: export it as JSON lines first'],
  ['%PDF', 'is a PDF: copy its text into a text file first'],
  [[0x89, 0x50, 0x4e, 0x47], 'is a PNG image, not text'],
  [[0xff, 0xd8, 0xff], 'is a JPEG image, not text'],
  ['GGUF', 'is a GGUF model, not text'],
  ['PK\u0003\u0004', 'is a zip archive: unpack it first'],
  [[0xff, 0xfe], 'is in UTF-16: save it as UTF-8'],
  [[0xfe, 0xff], 'is in UTF-16: save it as UTF-8'],
];
/** In the header of a tar archive. */
const TAR = { at: 257, start: 'ustar' };

/** What the file is, as what is said of its name; undefined if it may be text. */
export function binaryKindOf(bytes: Uint8Array): string | undefined {
  if (startsWith(bytes.subarray(TAR.at), TAR.start)) return 'is a tar archive: unpack it first';
  return KINDS.find(([start]) => startsWith(bytes, start))?.[1];
}

function startsWith(bytes: Uint8Array, start: readonly number[] | string): boolean {
  const codes = typeof start === 'string' ? [...start].map(each => each.charCodeAt(0)) : start;
  return bytes.length >= codes.length && codes.every((code, i) => bytes[i] === code);
}
