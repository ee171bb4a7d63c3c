// How a model was trained to fill in the middle: the tokens around the prefix and the suffix.
import { FimError } from '../errors';
import { quote } from '../json';
import type { Tokenizer } from '../tokenizer/tokenizer';

export type FimMode = 'psm' | 'spm';

/** Tokens, or a placeholder for the text before or after the cursor. */
export type FimPart = readonly number[] | 'prefix' | 'suffix';

export interface FimFormat {
  /** The source of the format, for display: 'tokenscope.json', 'Qwen'. */
  readonly source: string;
  readonly templates: Readonly<Partial<Record<FimMode, readonly FimPart[]>>>;
  /** The mode to use unless another is measured or requested. */
  readonly preferred: FimMode;
  /** Tokens that are not text, whatever the tokenizer says. */
  readonly marks: readonly number[];
  /** Tokens that end a middle, in addition to those that end a text. */
  readonly ends: readonly number[];
  /** At which positions the training texts were split. */
  readonly cuts: 'character' | 'token' | 'unknown';
}

/**
 * Marker tokens of the model families, by name. Where two families share names, the one with more markers comes first.
 */
const FAMILIES: readonly {
  source: string;
  psm?: string;
  spm?: string;
  /** For families trained in both modes, the one in which the model continues the prefix. */
  preferred: FimMode;
  /** Another token that must exist. */
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
 * The format of `own` ("fim" in tokenscope.json) if given, else that of the first family whose tokens are in the
 * vocabulary, else undefined. Throws `FimError`.
 */
export function fimFormat(tokenizer: Tokenizer, own?: unknown): FimFormat | undefined {
  if (own === undefined) return recogniseFamily(tokenizer);
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
    throw new FimError(`"end" of "fim" names ${JSON.stringify(name)}, which is not a token`);
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

/** Whether a vocabulary with these names is that of a family that fills in the middle. */
export function hasFimNames(has: (name: string) => boolean): boolean {
  return familyOf(has) !== undefined;
}

function familyOf(has: (name: string) => boolean) {
  return FAMILIES.find(({ psm, spm, has: further }) => {
    const marks = (psm ?? spm)!.split(/\{\w+\}/).filter(Boolean);
    return marks.every(has) && (!further || has(further));
  });
}

function recogniseFamily(tokenizer: Tokenizer): FimFormat | undefined {
  const family = familyOf(name => tokenizer.idOf(name) !== undefined);
  if (!family) return undefined;
  const { source, psm, spm, preferred, ends } = family;
  const ids = ends.flatMap(name => tokenizer.idOf(name) ?? []);
  return formatOf(tokenizer, source, { psm, spm }, ids, 'unknown', preferred);
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
  if (holes.length !== 2) throw new FimError(`"${name}" of "fim" has a placeholder twice`);
  return pieces.map(piece => {
    if (piece === '{prefix}') return 'prefix';
    if (piece === '{suffix}') return 'suffix';
    return idsOfNames(tokenizer, name, piece);
  });
}

const MARK = /^[▁ ]?<[^<>]+>$|^\[[A-Z_]+\]$/;

/** Whether a text has the name of a token for a mark; what ends a middle may be an ordinary token, such as a line end. */
export function readsAsMark(tokenizer: Tokenizer, id: number): boolean {
  return MARK.test(new TextDecoder().decode(tokenizer.bytesOf(id)));
}

/** Characters: each beginning of what is left is looked up. */
const LONGEST_MARK = 256;

/** The ids of concatenated token names; the longest name is matched first. */
function idsOfNames(tokenizer: Tokenizer, template: FimMode, names: string): number[] {
  const ids: number[] = [];
  for (let at = 0; at < names.length;) {
    let end = Math.min(names.length, at + LONGEST_MARK);
    let id: number | undefined;
    for (; end > at; end--) {
      id = tokenizer.idOf(names.slice(at, end));
      // Qwen's markers are added tokens that are not special.
      if (id !== undefined && (tokenizer.isSpecial(id) || MARK.test(names.slice(at, end)))) break;
      id = undefined;
    }
    if (id === undefined) {
      throw new FimError(
        `"${template}" of "fim" has ${quote(names.slice(at))}, which does not begin with a marker of the vocabulary`,
      );
    }
    ids.push(id);
    at = end;
  }
  return ids;
}
