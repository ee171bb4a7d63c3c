// The searches of which `npm test` takes a sample, in full: see sampleOf in test/support/seed.ts.
import '../core/completion/enumeration.test';
import '../core/exactBytes/canonical.test';
import '../core/exactBytes/cuts.test';
import '../core/text/stream/tokenStream.test';
import '../core/tokenizer/bpe/mergeSteps.test';
