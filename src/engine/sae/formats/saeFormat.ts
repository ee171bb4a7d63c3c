// A published format of autoencoders, as a value, and what the formats have in common.
import { hookOf } from '../../../core/sae/hookNames';
import type { SaeSource } from '../../../core/sae/sae';
import type { Json } from '../../../core/json';
import { noSource, type SaeParts } from '../canonicalSae';

/** A file of weights and the configuration beside it. */
export interface SaeFiles {
  readonly path: string;
  /** Its folder and its name in it. */
  readonly folder: string;
  readonly file: string;
  /** The folder's JSON configuration; empty if there is none. */
  readonly config: Json;
  /** The text of its config.yaml; empty if there is none. */
  readonly yaml: string;
}

export interface SaeFormat {
  readonly name: string;
  fits(files: SaeFiles): boolean;
  /** Throws `UserError` if a tensor or a number that the format needs is missing. */
  read(files: SaeFiles): SaeParts;
}

/** The layout of weights that are used as x · W_enc and z · W_dec. */
export const linear = { encoderIs: 'dF', decoderIs: 'Fd', shift: undefined } as const;

/** A source with the given hooks, in any of the known naming schemes; hooks that are not given are null. */
export function sourceAt(hook: unknown, hookOut: unknown = hook, model: unknown = null): SaeSource {
  const named = (name: unknown) => (typeof name === 'string' ? hookOf(name) : null);
  return {
    ...noSource,
    hook: named(hook),
    hookOut: named(hookOut),
    model: typeof model === 'string' ? model : null,
  };
}
