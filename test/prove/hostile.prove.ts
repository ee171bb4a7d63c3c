// All 10,000 changed files, of which `npm test` takes a sample.
import '../engine/hostile.test';
