import type { PlaceId } from '../../../core/models/machineModel';

/** Something in a place that may be a model; what it is, its own files say. */
export interface Found {
  readonly place: PlaceId;
  readonly name: string;
  /** What `--model` takes. */
  readonly model: string;
  readonly path: string;
  /** Whether it is a GGUF file; else it is a folder. */
  readonly gguf?: boolean;
  readonly licence?: string;
  /** Why it cannot be opened: a sentence. */
  readonly refused?: string;
}
