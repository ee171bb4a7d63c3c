// What the editor may ask about the model that is open.
import { methodsOf } from './channel';
import type { Scores } from '../core/lenses/scores';
import type { MachineModel, PlaceProblem } from '../core/models/machineModel';

export interface ModelApi {
  /**
   * Opens a model's folder in place of the one before. A folder with tokenizer files alone serves *tokens*.
   * Texts longer than `contextLimit` tokens are scored in windows even where the model could hold more. `dtype`: of the
   * weights, where the folder has it, and of those of every other model that is opened beside it.
   */
  openModel(params: {
    folder: string;
    contextLimit: number;
    dtype?: string | undefined;
  }): ModelInfo;

  /** Gives up all models that are being opened; nothing that is half written is left. */
  cancelOpening(params: Record<string, never>): void;

  /**
   * Describes the models on this machine by headers alone, each as `foundModel`, first those whose paths are `recent`.
   * Answers what could not be read.
   */
  machineModels(params: { recent: string[] }): PlaceProblem[];

  /** The weights that are kept in a form that can be mapped; with `deletes` what is left after they were deleted. */
  weightCache(params: { deletes: boolean }): WeightCache;

  /** What answers at an address, asked through the extension host. Throws `UserError` where nothing known does. */
  findServer(params: { address: string }): ServerInfo | KeyNeeded;

  /**
   * A text in the tokens of the server at an address, without a tokenizer: a line of a file of saved log-probabilities.
   * Throws `UserError` where the server does not name them.
   */
  serverPieces(params: { address: string; text: string }): ServerPieces;

  /** Answers, if the engine can: one that does not hangs. */
  ping(params: Record<string, never>): void;

  /** What the open model is and how it tested against itself. */
  report(params: Record<string, never>): ModelReport;
}

/** The dtype that a folder's exports and the memory make best. */
export const AUTO_DTYPE = 'auto';

export const modelMethods = methodsOf<ModelApi>({
  openModel: true,
  cancelOpening: true,
  machineModels: true,
  weightCache: true,
  findServer: true,
  serverPieces: true,
  ping: true,
  report: true,
});

export interface ModelEvents {
  foundModel: MachineModel;
  preparing: PreparingEvent;
}

/** Of a model's weights, which are written once in a form that can be mapped: bytes, of how many. */
export interface PreparingEvent {
  path: string;
  done: number;
  all: number;
  /** All are there, or nothing of them is. */
  ended: boolean;
}

export interface WeightCache {
  folder: string;
  files: number;
  bytes: number;
}

/** A server that answers only with a key, or with another one. */
export interface KeyNeeded {
  /** What it answered, and where a key is set. */
  needsKey: string;
}

export interface ServerInfo {
  /** As the kind of server calls itself. */
  kind: string;
  model: string;
  /** All that it has. */
  models: string[];
  /** The address with the model and the tokenizer that this machine has for it; or why it cannot be opened yet. */
  address?: string;
  /** Why it cannot score; then nothing helps. */
  cannot?: string;
  /** Its models that are files of this machine, which can be opened in its place. */
  local?: LocalModel[];
  /** Why no tokenizer is known; then the address with the model, for its pieces, where it names them. */
  withoutTokenizer?: string;
  piecesAt?: string;
}

export interface ServerPieces {
  row: string;
  /** The server's name of its model, and its host. */
  model: string;
  host: string;
  pieces: number;
  /** Of several tokens each: nobody knows how they share its bytes. */
  merged: number;
}

export interface LocalModel {
  /** As the server calls it. */
  name: string;
  path: string;
}

export interface ModelInfo {
  /** The folder's last name; with the dtype of its weights where that is not float32. */
  name: string;
  folder: string;
  tokenizer: string;
  vocabSize: number;
  /** Name of the tuned lens in its folder. */
  tunedLens?: string;
  /** Whether it can score, or is a tokenizer alone; why, where it is. */
  scores: boolean;
  scoresMissing?: string;
  /** Tokens in a window. */
  contextTokens: number;
  /** When its weights were changed last (milliseconds since 1970); absent where a server has them. */
  weightsTime?: number;
  warnings: string[];
  /** Columns of its scores that stay unknown, and why: sentences without their periods. */
  lacks?: Lacks | undefined;
  /** The repository of an autoencoder that is published for it, and a sentence about it; where it has none of its own. */
  publishedSae?: { repository: string; about: string };
}

export type Lacks = { readonly [Column in keyof Scores]?: string };

/** What was opened to score with, and how it tested against itself. */
export interface BackendReport {
  /** Rows of the model's report, for people: name and value. */
  facts: readonly (readonly [name: string, value: string])[];
  /** The hooks of the residual stream that can be read, in order, as TransformerLens names them. */
  hooks: readonly string[];
  selfTest: readonly SelfTestRow[];
  warnings: readonly string[];
}

/** `value`: the largest difference that was measured, in `unit`. */
export interface SelfTestRow {
  name: string;
  value: number;
  tolerance: number;
  unit: string;
  passed: boolean;
}

export interface ModelReport {
  info: ModelInfo;
  tokenizerNormalizer: string;
  /** The token before the text, as it is spelled; null where the model has none. */
  start: { id: number; content: string } | null;
  /** Tokens that the model itself can hold. */
  modelContextTokens: number;
  /** Null where the folder holds a tokenizer alone. */
  backend: BackendReport | null;
  /** The text of the report that came with the model, if any. */
  ownReport: string | null;
}
