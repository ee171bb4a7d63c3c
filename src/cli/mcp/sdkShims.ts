// In place of the SDK's module of the same exports, which brings a validator for what a client answers to questions. No
// question is asked, and the validator is a third of the SDK. `build/commandLine.mjs` puts this one into the bundle.
export { default as process } from 'node:process';

export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error('no answer of a client is validated');
  }
}
