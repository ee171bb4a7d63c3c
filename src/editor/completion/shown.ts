// A completion that was shown, with what it was made by.
import type { CompletionOptions, CompletionView } from '../../protocol/completion';
import type { ModelInfo } from '../../protocol/models';

/** A request that was answered with something, for its explanation. */
export interface Shown {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** The text at that time, and the cursor's offset in it. */
  readonly text: string;
  readonly at: number;
  readonly model: Pick<ModelInfo, 'folder' | 'name'>;
  readonly options: CompletionOptions;
  /** Without items that insert nothing visible. */
  readonly view: CompletionView;
}
