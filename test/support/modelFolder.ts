// Model folders with random weights and one token per byte, for tests of everything around a model.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { byteCharacters } from '../../src/core/tokenizer/bpe/byteLevel';
import { writeDecoder } from './graphs';

export interface FolderOptions {
  /** Tokens per window. */
  context?: number;
  /** Whether `<|start|>` comes before every text. */
  start?: boolean;
  /** If false, the folder has tokenizer files only. */
  graph?: boolean;
  seed?: number;
  /** Tokens of two bytes each, besides those of one. */
  pairs?: readonly string[];
}

/** One token per byte, and `<|start|>` as the last one. */
export const BYTE_VOCAB = 257;
export const START_ID = 256;

/** Returns the folder. */
export function writeModelFolder(folder: string, options: FolderOptions = {}): string {
  mkdirSync(folder, { recursive: true });
  const { context = 64, start = true, graph = true, seed = 1, pairs = [] } = options;
  const json = (name: string, value: unknown) =>
    writeFileSync(join(folder, name), JSON.stringify(value));
  json('config.json', { max_position_embeddings: context, hidden_size: 32, num_hidden_layers: 2 });
  json('tokenizer_config.json', {});
  if (start) json('tokenscope.json', { start: '<|start|>' });
  json('tokenizer.json', {
    added_tokens: [
      {
        id: START_ID + pairs.length,
        content: '<|start|>',
        special: true,
        lstrip: false,
        rstrip: false,
      },
    ],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries([
        ...byteCharacters.map((character, byte) => [character, byte]),
        ...pairs.map((pair, i) => [pair, byteCharacters.length + i]),
      ]),
      merges: pairs.map(([first, second]) => `${first} ${second}`),
    },
  });
  if (graph) writeDecoder(folder, { vocab: BYTE_VOCAB, hidden: 32, layers: 2, context, seed });
  return folder;
}
