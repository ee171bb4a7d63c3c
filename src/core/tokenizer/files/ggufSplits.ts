// How byte-level tokenizers of GGUF files split a text. The file has a name alone, `tokenizer.ggml.pre`, which the
// converter of llama.cpp gives (convert_hf_to_gguf.py, `get_vocab_base_pre`); the steps are those that the
// tokenizer.json of the models has which the name stands for.
import { TokenizerError } from '../../errors';
import { quote, type Json } from '../../json';
import { LLAMA3_PATTERN, QWEN2_PATTERN, QWEN35_PATTERN } from '../patterns/cl100k';
import { DEEPSEEK3_PATTERN, DEEPSEEK_LLM_PATTERNS, LINE_TAIL_PATTERN } from '../patterns/deepseek';
import { FALCON_PATTERN } from '../patterns/falcon';
import { O200K_PATTERN, TEKKEN_PATTERN } from '../patterns/o200k';

export interface GgufSplits {
  /** In the form of a tokenizer.json. */
  readonly preTokenizer: Json;
  readonly normalizer: Json | null;
  /** What llama.cpp takes for granted: whole words are not merged; a start token comes before a text. */
  readonly ignoresMerges: boolean;
  readonly addsStart: boolean;
}

const split = (pattern: string): Json => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
});
const singleDigits = { type: 'Digits', individual_digits: true };
const byteLevel = (usesRegex: boolean): Json => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  use_regex: usesRegex,
});
const steps = (...pretokenizers: Json[]): Json => ({ type: 'Sequence', pretokenizers });
const splitBy = (...patterns: string[]) => steps(...patterns.map(split), byteLevel(false));

const gpt2 = steps(byteLevel(true));
const digitsThenGpt2 = steps(singleDigits, byteLevel(true));
const llama3 = splitBy(LLAMA3_PATTERN);
const qwen2 = splitBy(QWEN2_PATTERN);
const HAN = '[一-龥ࠀ-一가-퟿]+';
const HAN_AND_KANA = '[一-龥぀-ゟ゠-ヿ]+';

const BY_NAME: ReadonlyMap<string, Json> = new Map([
  ...['gpt-2', 'phi-2', 'olmo', 'mpt', 'jais', 'mellum', 'exaone4', 'trillion'].map(named(gpt2)),
  ...['smollm', 'starcoder', 'refact', 'command-r', 'codeshell', 'exaone', 'minerva-7b'].map(
    named(digitsThenGpt2),
  ),
  ...['llama3', 'llama-v3', 'llama-bpe', 'falcon3', 'dbrx', 'smaug-bpe'].map(named(llama3)),
  ...['qwen2', 'deepseek-r1-qwen', 'stablelm2', 'megrez'].map(named(qwen2)),
  ...['qwen35'].map(named(splitBy(QWEN35_PATTERN))),
  ...['gpt-4o', 'llama4'].map(named(splitBy(O200K_PATTERN))),
  ...['tekken'].map(named(splitBy(TEKKEN_PATTERN))),
  ...['deepseek-llm'].map(
    named(
      steps(
        ...['[\\r\\n]', ...DEEPSEEK_LLM_PATTERNS, LINE_TAIL_PATTERN, HAN].map(split),
        singleDigits,
        byteLevel(false),
      ),
    ),
  ),
  ...['deepseek-coder'].map(
    named(
      steps(
        ...['[\\r\\n]', '\\s?\\p{L}+', '\\s?\\p{P}+', HAN].map(split),
        singleDigits,
        byteLevel(false),
      ),
    ),
  ),
  ...['deepseek-v3'].map(named(splitBy('\\p{N}{1,3}', HAN_AND_KANA, DEEPSEEK3_PATTERN))),
  ...['falcon'].map(
    named(
      steps(
        { type: 'Punctuation', behavior: 'Contiguous' },
        byteLevel(true),
        { type: 'Digits', individual_digits: false },
        split(FALCON_PATTERN),
      ),
    ),
  ),
]);

function named(preTokenizer: Json) {
  return (name: string) => [name, preTokenizer] as const;
}

const OF_LLAMA3 = ['llama3', 'llama-v3', 'llama-bpe', 'falcon3'];
/** Command R: CohereTokenizer of transformers; MPT and OLMo 1: GPT-NeoX's tokenizer.json, and OLMo's own made of it. */
const NORMALIZED = ['qwen2', 'qwen35', 'command-r', 'mpt', 'olmo'];

/** Throws `TokenizerError` that names the key. */
export function ggufSplits(pre: string | undefined): GgufSplits {
  const preTokenizer = BY_NAME.get(pre ?? '');
  if (!preTokenizer) throw unknown(pre);
  const isOfLlama3 = OF_LLAMA3.includes(pre!) || pre === 'tekken';
  return {
    preTokenizer,
    normalizer: NORMALIZED.includes(pre!) ? { type: 'NFC' } : null,
    ignoresMerges: isOfLlama3,
    addsStart: isOfLlama3,
  };
}

function unknown(pre: string | undefined): TokenizerError {
  const key = 'tokenizer.ggml.pre';
  if (pre === undefined || pre === 'default')
    return new TokenizerError(
      `${key} is ${pre === undefined ? 'missing' : '"default"'}: the file does not say how its tokenizer splits text into words, so the tokens could differ from the model's. Use a newer conversion of the model`,
    );
  return new TokenizerError(
    `${key} is ${quote(pre)}, which is not supported. Supported: ${[...BY_NAME.keys()].join(', ')}`,
  );
}
