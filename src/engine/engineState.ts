// What is open in the engine, and what groups of requests need of it.
import { Cancelled, UserError } from '../core/errors';
import type { TokenStream } from '../core/text/stream/tokenStream';
import type { EngineEvents } from '../protocol/engine';
import type { DocumentVersion } from '../protocol/types';
import type { WorkTask } from '../protocol/work';
import type { Document } from './documents/document';
import { OpenGate } from './gate/openGate';
import type { ComparisonModel } from './models/comparisonModel';
import type { Model, OpenModel } from './models/model';
import { Openings } from './models/openings';
import { OpenAutoencoder } from './sae/openAutoencoder';
import { OpenPair } from './scoring/openPair';

/** Progress is reported at most this often. */
const PROGRESS_MS = 100;

export type Emit = <K extends keyof EngineEvents>(name: K, event: EngineEvents[K]) => void;

export class EngineState {
  readonly documents = new Map<string, Document>();
  readonly pair: OpenPair;
  readonly autoencoder = new OpenAutoencoder();
  readonly gate: OpenGate;
  contextLimit = 0;
  /** Of all weights, where their folders have it. */
  dtype: string | undefined;
  /** What the model is compared with. */
  compared: ComparisonModel | undefined;
  private opened: Model | undefined;

  readonly openings: Openings;

  constructor(
    openModel: OpenModel,
    /** Sends an event to the editor. */
    readonly emit: Emit,
    /** Folder of the delete gate that comes with Tokenscope. */
    builtInGate: string,
  ) {
    this.openings = new Openings(openModel, event => emit('preparing', event));
    this.gate = new OpenGate(this.openModel, builtInGate);
    this.pair = new OpenPair(
      () => this.model(),
      (path, contextLimit, _, opening) => this.openModel(path, contextLimit, this.dtype, opening),
      this.workReporter('pair'),
    );
  }

  /** Every model is opened here: its progress is reported. */
  get openModel(): OpenModel {
    return this.openings.open;
  }

  /** Throws `UserError` where none is open. */
  model(): Model {
    if (this.opened) return this.opened;
    throw new UserError(
      'No model is open. Choose one with "Tokenscope: Choose Model or Tokenizer…".',
    );
  }

  /** In place of the one before: what depended on that is forgotten. */
  setModel(model: Model): void {
    this.opened?.dispose();
    this.opened = model;
    this.autoencoder.close();
    this.pair.close();
    for (const document of this.documents.values()) document.forget();
  }

  /** Throws `UserError` where there is no second tokenizer. */
  comparison(): ComparisonModel {
    if (this.compared) return this.compared;
    throw new UserError(
      'There is no second tokenizer or model. Choose one with "Tokenscope: Compare with Tokenizer or Model…".',
    );
  }

  /** In the version that was asked for. Throws `Cancelled` for another one. */
  documentAt({ uri, version }: DocumentVersion): Document {
    const document = this.documents.get(uri);
    if (document?.version !== version) throw new Cancelled();
    return document;
  }

  /** The document of a version with the open model and its tokens. Throws as `documentAt` and `model` do. */
  resolve(version: DocumentVersion): { model: Model; document: Document; stream: TokenStream } {
    const document = this.documentAt(version);
    const model = this.model();
    return { model, document, stream: document.streamBy(model.tokenizer) };
  }

  /** Reports how much of a request is done, from time to time, and its beginning and end at once. */
  workReporter(task: WorkTask): (done: number, total: number) => void {
    let reported = -Infinity;
    return (done, total) => {
      const now = performance.now();
      if (now - reported < PROGRESS_MS && done > 0 && done < total) return;
      reported = now;
      this.emit('working', { task, done, total });
    };
  }

  /** Reports the progress of a pass from time to time, and at once its end and where it `isNews`. */
  progressReporter(
    { uri, version }: DocumentVersion,
    total: number,
  ): (scored: number, isNews?: boolean) => void {
    let reported = performance.now();
    return (scored, isNews = false) => {
      const now = performance.now();
      if (now - reported < PROGRESS_MS && scored < total && !isNews) return;
      reported = now;
      this.emit('scored', { uri, version, scored, total });
    };
  }
}
