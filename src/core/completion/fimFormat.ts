// How a model was taught to fill in the middle: the tokens around the text before the cursor and behind it.
import { FimError } from '../errors';
import type { Tokenizer } from '../tokenizer/tokenizer';

export type FimMode = 'psm' | 'spm';

/** Tokens, and the two holes that text goes into. */
export type FimPart = readonly number[] | 'prefix' | 'suffix';

export interface FimFormat {
  /** Where it is from, for people: 'tokenscope.json', 'Qwen'. */
  readonly source: string;
  readonly templates: Readonly<Partial<Record<FimMode, readonly FimPart[]>>>;
  /** The form that the model is asked in unless something else is measured or wished. */
  readonly preferred: FimMode;
  /** Tokens that are no text, whatever the tokenizer says of them. */
  readonly marks: readonly number[];
  /** The tokens that end a middle, besides those that end a text. */
  readonly ends: readonly number[];
  /** Where the texts were cut that the model was taught with. */
  readonly cuts: 'character' | 'token' | 'unknown';
}

/** Marks of the families of models, by the names of their tokens. Where two share names, the one that has more of them is first. */
const FAMILIES: readonly {
  source: string;
  psm?: string;
  spm?: string;
  /** Those that were taught both forms are asked in the one that goes on writing the prefix. */
  preferred: FimMode;
  /** Further tokens that must be there. */
  has?: string;
  ends: readonly string[];
}[] = [
  {
    source: 'CodeGemma',
    preferred: 'spm',
    psm: '<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>',
    spm: '<|fim_prefix|><|fim_suffix|>{suffix}<|fim_middle|>{prefix}',
    has: '<|file_separator|>',
    ends: ['<|file_separator|>', '<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'],
  },
  {
    source: 'Qwen',
    preferred: 'psm',
    psm: '<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>',
    spm: '<|fim_prefix|><|fim_suffix|>{suffix}<|fim_middle|>{prefix}',
    ends: ['<|endoftext|>', '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>', '<|im_end|>'],
  },
  {
    source: 'StarCoder and Granite',
    preferred: 'spm',
    psm: '<fim_prefix>{prefix}<fim_suffix>{suffix}<fim_middle>',
    spm: '<fim_prefix><fim_suffix>{suffix}<fim_middle>{prefix}',
    ends: ['<|endoftext|>', '<fim_pad>', '<filename>', '<file_sep>', '<repo_name>'],
  },
  {
    source: 'SantaCoder',
    preferred: 'spm',
    psm: '<fim-prefix>{prefix}<fim-suffix>{suffix}<fim-middle>',
    spm: '<fim-prefix><fim-suffix>{suffix}<fim-middle>{prefix}',
    ends: ['<|endoftext|>', '<fim-pad>'],
  },
  {
    source: 'DeepSeek',
    preferred: 'psm',
    psm: '<｜fim▁begin｜>{prefix}<｜fim▁hole｜>{suffix}<｜fim▁end｜>',
    ends: ['<｜end▁of▁sentence｜>', '<|EOT|>'],
  },
  {
    source: 'CodeLlama',
    preferred: 'spm',
    psm: '▁<PRE>{prefix}▁<SUF>{suffix}▁<MID>',
    spm: '▁<PRE>▁<SUF>{suffix}▁<MID>{prefix}',
    ends: ['▁<EOT>'],
  },
  {
    source: 'Codestral',
    preferred: 'spm',
    spm: '[SUFFIX]{suffix}[PREFIX]{prefix}',
    ends: [],
  },
];

/**
 * What `own`, "fim" of tokenscope.json, says, else that of the family whose tokens the vocabulary has, else
 * undefined. Throws `FimError`.
 */
export function fimFormat(tokenizer: Tokenizer, own?: unknown): FimFormat | undefined {
  if (own === undefined) return recognised(tokenizer);
  if (typeof own !== 'object' || own === null) throw new FimError('"fim" should be an object');
  const { psm, spm, end, cuts = 'unknown' } = own as Record<string, unknown>;
  if (psm === undefined && spm === undefined) {
    throw new FimError('"fim" needs a template: "psm" or "spm"');
  }
  if (cuts !== 'character' && cuts !== 'token' && cuts !== 'unknown') {
    throw new FimError('"cuts" of "fim" should be "character", "token" or "unknown"');
  }
  const names = [end ?? []].flat();
  const ends = names.map(name => {
    const id = typeof name === 'string' ? tokenizer.idOf(name) : undefined;
    if (id !== undefined) return id;
    throw new FimError(`"end" of "fim" names ${JSON.stringify(name)}, which is no token`);
  });
  return formatOf(
    tokenizer,
    'tokenscope.json',
    { psm, spm },
    ends,
    cuts,
    spm === undefined ? 'psm' : 'spm',
  );
}

function formatOf(
  tokenizer: Tokenizer,
  source: string,
  { psm, spm }: { psm?: unknown; spm?: unknown },
  ends: readonly number[],
  cuts: FimFormat['cuts'],
  preferred: FimMode,
): FimFormat {
  const templates = {
    ...(psm === undefined ? {} : { psm: parts(tokenizer, 'psm', psm) }),
    ...(spm === undefined ? {} : { spm: parts(tokenizer, 'spm', spm) }),
  };
  return { source, templates, preferred, marks: marksOf(templates, ends), ends, cuts };
}

function recognised(tokenizer: Tokenizer): FimFormat | undefined {
  const has = (name: string) => tokenizer.idOf(name) !== undefined;
  for (const { source, psm, spm, preferred, has: further, ends } of FAMILIES) {
    const marks = (psm ?? spm)!.split(/\{\w+\}/).filter(Boolean);
    if (!marks.every(has) || (further && !has(further))) continue;
    const ids = ends.flatMap(name => tokenizer.idOf(name) ?? []);
    return formatOf(tokenizer, source, { psm, spm }, ids, 'unknown', preferred);
  }
  return undefined;
}

function marksOf(templates: FimFormat['templates'], ends: readonly number[]): number[] {
  const parts = [...(templates.psm ?? []), ...(templates.spm ?? [])];
  return [...new Set([...parts.flatMap(part => (typeof part === 'string' ? [] : part)), ...ends])];
}

function parts(tokenizer: Tokenizer, name: FimMode, template: unknown): FimPart[] {
  if (typeof template !== 'string' || !/^(?=.*\{prefix\})(?=.*\{suffix\})/s.test(template)) {
    throw new FimError(`"${name}" of "fim" needs both {prefix} and {suffix}`);
  }
  const pieces = template.split(/(\{prefix\}|\{suffix\})/).filter(Boolean);
  const holes = pieces.filter(piece => /^\{\w+\}$/.test(piece));
  if (holes.length !== 2) throw new FimError(`"${name}" of "fim" has a hole twice`);
  return pieces.map(piece => {
    if (piece === '{prefix}') return 'prefix';
    if (piece === '{suffix}') return 'suffix';
    return named(tokenizer, name, piece);
  });
}

const MARK = /^▁?<[^<>]+>$|^\[[A-Z_]+\]$/;

/** The ids of tokens whose names stand behind one another, the longest name first. */
function named(tokenizer: Tokenizer, template: FimMode, names: string): number[] {
  const ids: number[] = [];
  for (let at = 0; at < names.length;) {
    let end = names.length;
    let id: number | undefined;
    for (; end > at; end--) {
      id = tokenizer.idOf(names.slice(at, end));
      // Qwen's marks are added tokens that are not special.
      if (id !== undefined && (tokenizer.isSpecial(id) || MARK.test(names.slice(at, end)))) break;
      id = undefined;
    }
    if (id === undefined) {
      throw new FimError(
        `"${template}" of "fim" has ${JSON.stringify(names.slice(at))}, which begins with no mark of the vocabulary`,
      );
    }
    ids.push(id);
    at = end;
  }
  return ids;
}
