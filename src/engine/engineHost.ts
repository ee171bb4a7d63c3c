// What groups of requests need of the engine: the opened model, its documents, and how the editor hears of progress.
import type { EngineEvents } from '../protocol/engine';
import type { DocumentVersion } from '../protocol/types';
import type { Document } from './documents/document';
import type { Model } from './models/model';
import type { RuntimeClient } from './onnx/session/runtimeClient';

export interface EngineHost {
  /** Throws `UserError` where none is open. */
  model(): Model;
  /** In the version that was asked for. Throws `Cancelled` for another one. */
  documentAt(at: DocumentVersion): Document;
  documents(): Iterable<Document>;
  /** Tells of progress from time to time. */
  progressReporter(at: DocumentVersion, total: number): (scored: number) => void;
  emit<K extends keyof EngineEvents>(name: K, event: EngineEvents[K]): void;
  startRuntime(): RuntimeClient;
}
