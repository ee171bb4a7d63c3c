// A stub of a model that only encodes, for tests that know every number of a feature.
import type { Model } from '../../src/engine/models/model';
import { randomToy } from './toys';

/** Of byte tokens, without a start token: the first token of a text is masked. */
export const encodingModel = (encode: Model['encode']) =>
  ({
    tokenizer: randomToy(0, 0).tokenizer,
    info: { contextTokens: 64 },
    startTokens: 0,
    endsLine: () => false,
    encode,
  }) as unknown as Model;
