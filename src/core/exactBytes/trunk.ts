/** What all texts that begin with the bytes so far have in common. */
export interface Trunk {
  /** In bytes; a boundary, whatever follows. */
  readonly offset: number;
  /** The tokens of the bytes before `offset`. */
  readonly tokens: readonly number[];
  /** The first token, where it is known before the bytes settle it: texts that begin with another one are left out. */
  readonly given?: number;
}

export const noTrunk: Trunk = { offset: 0, tokens: [] };

/** Of texts whose first token is this one. There is no cover of fewer bytes than it has. */
export function trunkGiven(token: number): Trunk {
  return { ...noTrunk, given: token };
}
