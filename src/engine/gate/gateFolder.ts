// The folder of a delete gate (MrT5, arXiv:2410.20771): a graph, a tokenizer whose tokens are bytes, and what is said of
// it in its tokenscope.json. `training/gate` writes such folders.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/errors';
import { isObject } from '../../core/json';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { readModelFolder, type ModelFolder } from '../models/modelFolder';
import { readJson } from '../models/readJson';

const GRAPH = 'gate.onnx';
const BYTES = 256;

export interface GateFacts {
  readonly name: string;
  /** Who made it, and under what terms; empty where nothing says it. */
  readonly about: string;
  /** Blocks of the encoder before the gate. */
  readonly layer: number;
  /** The gate's value where it deletes for certain; below 0. */
  readonly scale: number;
  /** A byte is kept where the gate's value is above it. */
  readonly threshold: number;
  /** The longest input of its training, the end of the text counted. */
  readonly tokens: number;
}

export interface GateFolder {
  readonly facts: GateFacts;
  readonly folder: ModelFolder;
  readonly onnxPath: string;
  /** [byte] */
  readonly ids: Uint32Array;
  /** What comes after each input's bytes. */
  readonly end: number | undefined;
}

/** Throws `UserError` that names what is missing. */
export function readGateFolder(path: string): GateFolder {
  const folder = readModelFolder(path);
  const onnxPath = join(folder.path, GRAPH);
  if (!existsSync(onnxPath))
    throw new UserError(
      `There is no ${GRAPH} in ${folder.path}: "python -m training.gate.convert" makes one from a checkpoint of MrT5, see training/README.md.`,
    );
  const ids = byteIds(folder);
  return { facts: factsOf(folder.path, folder.name), folder, onnxPath, ids, end: folder.ends[0] };
}

function factsOf(path: string, folderName: string): GateFacts {
  const file = join(path, 'tokenscope.json');
  const own = readJson(path, 'tokenscope.json')?.gate;
  if (!isObject(own))
    throw new UserError(`${file} has no "gate", which says how its values are read.`);
  const number = (name: string, isRight: (value: number) => boolean, words: string) => {
    const value = own[name];
    if (typeof value === 'number' && isRight(value)) return value;
    throw new UserError(`${file}: "${name}" of "gate" should be ${words}.`);
  };
  const text = (name: string, otherwise: string) =>
    typeof own[name] === 'string' ? own[name] : otherwise;
  const scale = number('scale', value => value < 0, 'a number below 0');
  return {
    name: text('name', folderName),
    about: text('about', ''),
    layer: number('layer', Number.isSafeInteger, 'a whole number'),
    scale,
    threshold: number(
      'threshold',
      value => value > scale && value < 0,
      'a number between the scale and 0',
    ),
    tokens: number(
      'tokens',
      value => Number.isSafeInteger(value) && value > 1 && value <= LONGEST,
      `a whole number from 2 to ${LONGEST}`,
    ),
  };
}

/** Attention takes the square of it. */
const LONGEST = 8192;

/** [byte]. Throws `UserError` where a token of text is anything but a byte, or a byte has none. */
function byteIds({ path, tokenizer }: ModelFolder): Uint32Array {
  const ids = new Uint32Array(BYTES);
  const known = new Set<number>();
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    const bytes = bytesOfText(tokenizer, id);
    if (bytes.length > 1)
      throw new UserError(
        `${path} has no byte vocabulary, which a delete gate needs: token ${id} has ${bytes.length} bytes.`,
      );
    if (bytes.length === 0) continue;
    ids[bytes[0]!] = id;
    known.add(bytes[0]!);
  }
  if (known.size < BYTES)
    throw new UserError(
      `${path} has no byte vocabulary, which a delete gate needs: ${BYTES - known.size} of 256 bytes have no token.`,
    );
  return ids;
}

/** None for a special token. */
function bytesOfText(tokenizer: Tokenizer, id: number): Uint8Array {
  return tokenizer.isSpecial(id) ? new Uint8Array() : tokenizer.bytesOf(id);
}
