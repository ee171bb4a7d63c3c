// A positive and a negative model: each a folder, or the open model itself, and what it is shown before every text.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ContrastScores } from '../../core/lenses/scores';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { Cancelled, UserError } from '../../core/errors';
import type { PairInfo, PairMember, PairMembers } from '../../protocol/traces';
import { namedPath } from '../files/namedPath';
import { readJson } from '../models/readJson';
import type { Model, OpenModel } from '../models/model';

/** A model, and the tokens that it is shown before every text. */
export interface Prompted {
  readonly model: Model;
  readonly prompt: readonly number[];
}

export interface PairOpening {
  readonly signal?: AbortSignal | undefined;
  /** In models: those that are open, and what is prepared of the weights of the next one. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export class ModelPair {
  /** What is known of documents; an edit leaves what is before it. */
  readonly rows = new WeakMap<object, ContrastRows>();
  /** Those whose text both models cut as the opened one does. */
  readonly checked = new WeakSet<ContrastRows>();

  private constructor(
    readonly positive: Prompted,
    readonly negative: Prompted,
    readonly info: PairInfo,
    private readonly own: readonly Model[],
  ) {}

  /**
   * Throws `UserError` where a folder cannot be opened or the two do not share the open model's vocabulary, `Cancelled`
   * when aborted.
   */
  static async open(
    opened: Model,
    members: PairMembers,
    openModel: OpenModel,
    { signal, onProgress = () => {} }: PairOpening = {},
  ): Promise<ModelPair> {
    const { positive, negative } = members;
    const folders = [positive, negative].map(({ folder }) => folder || opened.info.folder);
    if (folders[0] === folders[1] && (positive.prompt ?? '') === (negative.prompt ?? '')) {
      throw new UserError(
        'A pair needs two different models, or one model with two prompts. These two are the same.',
      );
    }
    const models = new Map<string, Model>([[opened.info.folder, opened]]);
    const own: Model[] = [];
    const total = new Set(folders.filter(folder => folder !== opened.info.folder)).size;
    const prompted = async ({ folder, prompt }: PairMember): Promise<Prompted> => {
      let model = models.get(folder || opened.info.folder);
      if (!model) {
        onProgress(own.length, total);
        const onPrepared = (done: number, all: number) =>
          onProgress(own.length + done / all, total);
        const opening = { signal, onPrepared };
        model = await openModel(folder, opened.info.contextTokens, undefined, opening);
        own.push(model);
        models.set(folder, model);
        if (signal?.aborted) throw new Cancelled();
        checkVocabulary(opened, model);
      }
      if (!model.info.scores)
        throw new UserError(`${model.info.name} cannot score a text: ${model.info.scoresMissing}.`);
      return { model, prompt: prompt ? [...model.tokenizer.encode(prompt).ids] : [] };
    };
    try {
      const both = { positive: await prompted(positive), negative: await prompted(negative) };
      const nameOf = (member: PairMember, { model }: Prompted) =>
        member.prompt ? `${model.info.name} after “${member.prompt.trim()}”` : model.info.name;
      const info: PairInfo = {
        positive: nameOf(positive, both.positive),
        negative: nameOf(negative, both.negative),
      };
      return new ModelPair(both.positive, both.negative, info, own);
    } catch (error) {
      for (const model of own) model.dispose();
      throw error;
    }
  }

  /** Tokens of a window that both can hold after their prompts. */
  get contextTokens(): number {
    const roomOf = ({ model, prompt }: Prompted) => model.info.contextTokens - prompt.length;
    return Math.max(1, Math.min(roomOf(this.positive), roomOf(this.negative)));
  }

  dispose(): void {
    for (const model of this.own) model.dispose();
  }
}

/** The pair that a model's folder names in its tokenscope.json; undefined where it names none. */
export function pairOfFolder(folder: string): PairMembers | undefined {
  const own = readJson(folder, 'tokenscope.json')?.pair as Record<string, unknown> | undefined;
  const pathOf = (name: string) => {
    const named = own?.[name];
    if (typeof named !== 'string') return undefined;
    const path = namedPath(folder, named, 'sibling', join(folder, 'tokenscope.json'));
    return existsSync(path) ? path : undefined;
  };
  const [positive, negative] = [pathOf('positive'), pathOf('negative')];
  if (!positive || !negative) return undefined;
  return { positive: { folder: positive }, negative: { folder: negative } };
}

function checkVocabulary(opened: Model, { tokenizer, info }: Model): void {
  if (isSameVocabulary(opened.tokenizer, tokenizer)) return;
  throw new UserError(
    `${info.name} has another tokenizer than ${opened.info.name}. A contrast needs the same tokenizer. ` +
      'The lens "Difference by byte" compares models with different tokenizers.',
  );
}

/** Equal sizes are no proof: every token is compared. */
function isSameVocabulary(one: Tokenizer, other: Tokenizer): boolean {
  if (one.vocabSize !== other.vocabSize) return false;
  for (let id = 0; id < one.vocabSize; id++) {
    if (Buffer.compare(one.bytesOf(id), other.bytesOf(id)) !== 0) return false;
  }
  return true;
}

/** A row for each token of the open model. */
export interface ContrastRows extends Omit<ContrastScores, 'centre'> {
  readonly ids: Uint32Array;
}
