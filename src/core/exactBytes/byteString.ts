// Bytes as strings with one UTF-16 unit per byte. Unlike arrays, they compare in byte order, have prefixes,
// concatenate, and serve as map keys.

export type ByteString = string;

export function byteStringOf(bytes: Uint8Array): ByteString {
  let result = '';
  for (let i = 0; i < bytes.length; i += 0x2000) {
    result += String.fromCharCode(...bytes.subarray(i, i + 0x2000));
  }
  return result;
}

export function bytesOf(string: ByteString): Uint8Array {
  return Uint8Array.from(string, unit => unit.charCodeAt(0));
}
