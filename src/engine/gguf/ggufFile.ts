// A model in one GGUF file or in several parts, "-00001-of-00003.gguf", of which the first has the metadata.
import { UserError } from '../../core/errors';
import { quote } from '../../core/json';
import { FileSource } from '../files/fileSource';
import { dequantizers } from './dequantize/dequantize';
import type { Metadata } from './metadata';
import { readGgufHeader, type GgufHeader } from './readHeader';
import type { GgufTensor } from './tensorInfos';

const PART_NAME = /-(\d{5})-of-(\d{5})(\.gguf)$/i;
const MOST_PARTS = 512;

export interface PlacedTensor extends GgufTensor {
  /** The file that it is in. */
  readonly path: string;
}

export interface Part {
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
}

export class GgufFile {
  /** By name, of all parts. */
  readonly tensors: ReadonlyMap<string, PlacedTensor>;
  readonly metadata: Metadata;
  /** All files, as they were when they were opened. */
  readonly parts: readonly Part[];
  private readonly sources = new Map<string, FileSource>();

  /**
   * Any of the parts may be named. The files stay open until `close`. Throws `FileError`, and `UserError` in one line
   * that names the file.
   */
  constructor(readonly path: string) {
    try {
      const named = this.read(path);
      const parts = partsOf(path, named);
      const headers = parts.map((part, i): [string, GgufHeader] => {
        const header = part === path ? named : this.read(part);
        checkPart(part, header, i, parts.length);
        return [part, header];
      });
      const [first = named] = headers.map(([, header]) => header);
      this.metadata = first.metadata;
      this.tensors = merged(headers.length > 0 ? headers : [[path, named]]);
      checkCount(path, first, this.tensors.size);
      this.parts = [...this.sources].map(([part, { size, modifiedMs }]) => ({
        path: part,
        size,
        modifiedMs,
      }));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Bytes [from, from + length) of a tensor's own. */
  bytesOf({ path, offset, name }: PlacedTensor, from: number, length: number): Uint8Array {
    const bytes = this.sources.get(path)!.read(offset + from, length);
    if (bytes.length === length) return bytes;
    throw new UserError(
      `${path} became shorter while the tensor ${quote(name)} was being read. Download it again.`,
    );
  }

  /** All weights of a tensor, as 32-bit floats: for small ones. */
  valuesOf(tensor: PlacedTensor): Float32Array {
    const { type, bytes } = tensor;
    const blocks = bytes / type.bytes;
    const values = new Float32Array(blocks * type.weights);
    dequantizers[type.name](this.bytesOf(tensor, 0, bytes), blocks, values);
    return values;
  }

  close(): void {
    for (const source of this.sources.values()) source.close();
    this.sources.clear();
  }

  private read(path: string): GgufHeader {
    const source = new FileSource(path);
    this.sources.set(path, source);
    return readGgufHeader(source, path);
  }
}

/** The paths of all parts in order; none where the file is whole. */
function partsOf(path: string, { metadata }: GgufHeader): string[] {
  const count = metadata.count('split.count') ?? 1;
  if (count <= 1) return [];
  if (count > MOST_PARTS)
    throw new UserError(`${path} is in ${count} parts; the limit is ${MOST_PARTS}.`);
  const named = PART_NAME.exec(path);
  if (!named || Number(named[2]) !== count)
    throw new UserError(
      `${path} is one of ${count} parts. Restore its original name, which ends in -00001-of-${padded(count)}.gguf, and put the other parts beside it.`,
    );
  const stem = path.slice(0, named.index);
  const nameOf = (i: number) => `${stem}-${padded(i + 1)}-of-${padded(count)}${named[3]}`;
  return Array.from({ length: count }, (_, i) => nameOf(i));
}

const padded = (number: number) => String(number).padStart(5, '0');

function checkPart(path: string, { metadata }: GgufHeader, index: number, count: number): void {
  const [own, all] = [metadata.count('split.no'), metadata.count('split.count')];
  if (own === index && all === count) return;
  throw new UserError(
    `${path} should be part ${index + 1} of ${count}, but its header gives part ${(own ?? 0) + 1} of ${all ?? 1}: the parts belong to different models or were renamed.`,
  );
}

function merged(headers: readonly (readonly [string, GgufHeader])[]): Map<string, PlacedTensor> {
  const tensors = new Map<string, PlacedTensor>();
  for (const [path, header] of headers) {
    for (const tensor of header.tensors.values()) {
      const other = tensors.get(tensor.name);
      if (other)
        throw new UserError(
          `${path} has the tensor ${quote(tensor.name)}, which is also in ${other.path}.`,
        );
      tensors.set(tensor.name, { ...tensor, path });
    }
  }
  return tensors;
}

function checkCount(path: string, { metadata }: GgufHeader, found: number): void {
  const said = metadata.count('split.tensors.count') ?? found;
  if (said === found) return;
  throw new UserError(
    `${path} and its other parts have ${found} tensors instead of ${said}: the parts belong to different models.`,
  );
}
