// Which lens a ladder of layers is read through, in words.

/** `tunedLens`: the name of a tuned lens; none: the logit lens. */
export const lensWords = (tunedLens: string | null | undefined): string =>
  tunedLens ? `the tuned lens of ${tunedLens}` : 'the logit lens';
