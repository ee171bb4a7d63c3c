// vocab.json and merges.txt leave to a class of the `transformers` library what a tokenizer.json specifies. They are
// converted to the content of a tokenizer.json, as in that library's convert_slow_tokenizer.py.
import { addedTokensOfConfig } from './configTokens';
import { TokenizerError } from '../../errors';
import { isObject, quote, type Json } from '../../json';
import { GPT2_PATTERN } from '../patterns/gpt2';
import { QWEN2_PATTERN } from '../patterns/cl100k';

interface Rules {
  readonly pattern: string;
  readonly normalizer: Json | null;
}

const CLASSES: Record<string, Rules> = {
  GPT2Tokenizer: { pattern: GPT2_PATTERN, normalizer: null },
  Qwen2Tokenizer: { pattern: QWEN2_PATTERN, normalizer: { type: 'NFC' } },
};

/** Special in both classes unless the configuration says otherwise. */
const END_OF_TEXT = '<|endoftext|>';
const SPECIAL_FIELDS = ['bos_token', 'eos_token', 'unk_token', 'pad_token'];

/** The content of a tokenizer.json. `config` is the content of tokenizer_config.json. */
export function tokenizerJsonOf(vocab: Json, merges: string, config: unknown): Json {
  const file = 'tokenizer_config.json';
  const named = isObject(config) ? config.tokenizer_class : undefined;
  const name = typeof named === 'string' ? named.replace(/Fast$/, '') : '';
  const rules = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
  if (!rules || !isObject(config)) {
    const known = Object.keys(CLASSES).join(' and ');
    throw new TokenizerError(
      `${file}: tokenizer_class is ${quote(named)}; vocab.json and merges.txt are supported for ${known} only. ` +
        'Export a tokenizer.json instead',
    );
  }
  if (config.add_prefix_space === true) {
    throw new TokenizerError(
      `${file}: add_prefix_space is true, which is not supported: tokens would have bytes that are not in the text`,
    );
  }
  const split = { type: 'Split', pattern: { Regex: rules.pattern }, behavior: 'Isolated' };
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
  return {
    normalizer: rules.normalizer,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [split, byteLevel] },
    added_tokens: addedTokensOf(vocab, config),
    model: { type: 'BPE', vocab, merges: mergesOf(merges) },
  };
}

function mergesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines[0]!.startsWith('#version')) lines.shift();
  return lines.filter(line => line !== '');
}

function addedTokensOf(vocab: Json, config: Json): Json[] {
  const tokens = new Map(addedTokensOfConfig(config).map(token => [token.content, token]));
  for (const field of [END_OF_TEXT, ...SPECIAL_FIELDS]) {
    const value = field === END_OF_TEXT ? field : config[field];
    const content = isObject(value) ? value.content : value;
    if (typeof content !== 'string' || tokens.has(content)) continue;
    const id = Object.hasOwn(vocab, content) ? vocab[content] : undefined;
    if (id !== undefined) tokens.set(content, { content, id, special: true, normalized: false });
  }
  return [...tokens.values()];
}
