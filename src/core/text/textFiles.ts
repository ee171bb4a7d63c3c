// Which files are worth counting tokens in.

/** In bytes: larger files are data rather than text that a model is given. */
export const LARGEST_TEXT = 4 << 20;

const BINARY =
  /\.(7z|a|avif|bin|bmp|bz2|class|dll|dylib|eot|exe|gif|gz|ico|jar|jpe?g|lib|mov|mp[34]|node|o|obj|onnx|otf|pdf|png|pyc|safetensors|so|sqlite|tar|tgz|tiff?|ttf|vsix|wasm|wav|webm|webp|woff2?|xz|zip|zst)$/i;

/** Why a file is skipped without reading it, or ''. Whether the content is text is only known when it is read. */
export function reasonToSkip(path: string, bytes: number): string {
  if (BINARY.test(path)) return 'binary by its name';
  return bytes > LARGEST_TEXT ? `larger than ${LARGEST_TEXT >> 20} MB` : '';
}

export const NO_TEXT = 'not UTF-8 text';
