// A model must see the whole text that its scores are of.
import { InexactError } from '../../core/errors';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';

/** Throws `InexactError` where the tokenizer leaves out a part of the text because its vocabulary lacks a byte. */
export function checkSpelled(model: Model, document: Document): undefined {
  checkMissing(model, document.streamBy(model.tokenizer).missing);
}

/** The same for the offset in bytes of the first character that the tokens of a text leave out. */
export function checkMissing({ info }: Model, missing: number | undefined): undefined {
  if (missing === undefined) return undefined;
  throw new InexactError(
    `The vocabulary of ${info.name} cannot spell the character at byte ${missing}: its tokenizer drops a byte, ` +
      'so the scores would be for another text. Remove the character to get scores.',
  );
}
