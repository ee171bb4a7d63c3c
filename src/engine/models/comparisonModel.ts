// What the model is compared with: another tokenizer, and where it is that of a folder with a graph, another model,
// which is opened when it is first asked for.
import { UserError } from '../../core/errors';
import type { TokenizerInfo } from '../../protocol/compare';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { Model } from './model';
import type { RuntimeClient } from '../onnx/session/runtimeClient';
import { openTokenizerAt, type OpenTokenizer } from './openTokenizer';

export class ComparisonModel {
  private readonly opened: OpenTokenizer;
  private opening: Promise<Model> | undefined;

  /** Throws `UserError` that names the file and what is wrong with it. */
  constructor(path: string) {
    this.opened = openTokenizerAt(path);
  }

  get info(): TokenizerInfo {
    return this.opened.info;
  }

  get tokenizer(): Tokenizer {
    return this.opened.tokenizer;
  }

  /** Throws `UserError` where there is a tokenizer alone. */
  async model(contextLimit: number, startRuntime: () => RuntimeClient): Promise<Model> {
    const { folder, info } = this.opened;
    if (!folder?.onnxPath) {
      throw new UserError(
        `${info.name} is a tokenizer alone: choose a model's folder with "Tokenscope: Compare with Tokenizer or Model..."`,
      );
    }
    this.opening ??= Model.open(folder, contextLimit, startRuntime);
    try {
      return await this.opening;
    } catch (error) {
      // Tried again when it is asked for again.
      this.opening = undefined;
      throw error;
    }
  }

  dispose(): void {
    void this.opening?.then(
      model => model.dispose(),
      () => {},
    );
    this.opening = undefined;
  }
}
