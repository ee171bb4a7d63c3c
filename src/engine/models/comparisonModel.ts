// What the model is compared with: another tokenizer, and where it is that of a folder with weights, another model,
// which is opened when it is first asked for.
import { UserError } from '../../core/errors';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { TokenizerInfo } from '../../protocol/compare';
import { Lazy } from './lazy';
import type { Model, OpenModel } from './model';
import { openTokenizerAt } from './openTokenizer';

export class ComparisonModel {
  readonly info: TokenizerInfo;
  readonly tokenizer: Tokenizer;
  private readonly lazy: Lazy<Model>;

  /** Throws `UserError` that names the file and what is wrong with it. */
  constructor(path: string, contextLimit: () => number, openModel: OpenModel, dtype?: string) {
    const { folder, info, tokenizer } = openTokenizerAt(path, dtype);
    this.info = info;
    this.tokenizer = tokenizer;
    this.lazy = new Lazy(async () => {
      if (folder?.weights) return openModel(folder, contextLimit());
      throw new UserError(
        `${info.name} is only a tokenizer. Choose a model folder with "Tokenscope: Compare with Tokenizer or Model…"`,
      );
    });
  }

  /** Throws `UserError` where there is a tokenizer alone. */
  model(): Promise<Model> {
    return this.lazy.get();
  }

  dispose(): void {
    this.lazy.close();
  }
}
