// A model on this machine, as far as it is known without reading its weights.

export const PLACES = ['built-in', 'hub', 'ollama', 'lm-studio', 'llama.cpp', 'recent'] as const;
export type PlaceId = (typeof PLACES)[number];

/** What is known without reading weights. What is not known is null. */
export interface MachineModel {
  place: PlaceId;
  /** As its own program calls it: 'qwen2.5-coder:0.5b', 'org/name'. */
  name: string;
  /** What `--model` takes: 'ollama:qwen2.5-coder:0.5b', 'hf:org/name', or the path. */
  model: string;
  /** What is opened: a folder or a file. */
  path: string;
  format: 'gguf' | 'onnx' | 'safetensors' | null;
  /** As its own files call it: 'llama', 'qwen2'. */
  family: string | null;
  parameters: number | null;
  /** 'Q4_K_M', 'BF16'. */
  quantisation: string | null;
  /** Of its weights. */
  bytes: number | null;
  licence: string | null;
  contextTokens: number | null;
  fillsMiddle: boolean | null;
  /** Whether exact probabilities of bytes are available. */
  exactBytes: boolean | null;
  /** How many autoencoders come with it. */
  autoencoders: number;
  /** The ways to keep its weights that it can be opened with; empty where there is no choice. */
  dtypes: DtypeChoice[];
  /** 'tokenizer': it opens, and has no scores. */
  opens: 'model' | 'tokenizer' | 'no';
  /** Why it does not open as a model: a sentence; empty where it does. */
  why: string;
}

/** One of the ways to keep a model's weights. */
export interface DtypeChoice {
  /** As the setting takes it: 'fp32', 'q4'. */
  dtype: string;
  /** Of its weights, in bytes. */
  memory: number;
  /** Bytes on the disk that are written for it, once; 0 where its files are used as they are. */
  written: number;
  /** Why it is the one that is taken without a choice: words; null of others. */
  isDefault: string | null;
}

/** A folder that could not be read, or has more in it than is listed. */
export interface PlaceProblem {
  place: PlaceId;
  path: string;
  /** A sentence without its period. */
  problem: string;
}
