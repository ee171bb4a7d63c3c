// The searches of which `npm test` takes a sample, in full: see sampleOf in test/support/seed.ts.
import '../core/completion/enumeration.test';
import '../core/exactBytes/canonical.test';
import '../core/exactBytes/cuts.test';
import '../core/exactBytes/pathClasses.test';
import '../core/exactBytes/pathFollowers.test';
import '../core/text/stream/tokenStream.test';
import '../core/tokenizer/bpe/mergeSteps.test';
import '../core/tokenizer/bpe/merger.test';
import '../core/tokenizer/files/families.test';
import '../core/tokenizer/files/sentencePiece.test';
import '../core/tokenizer/files/tiktoken.test';
import '../core/tokenizer/files/vocabularies.test';
import '../core/tokenizer/lookup/lookupTokenizer.test';
import '../engine/server.test';
import '../servers/faults.test';
import '../servers/kills.test';
