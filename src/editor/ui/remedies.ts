// Commands that a message names become its buttons: "Tokenscope: Choose Model or Tokenizer…". Only commands that do no
// harm where a text from a file names one: they open something, or a list. Knows no vscode, so that tests can run it.

const NAMED = /"Tokenscope:\s([^"]+)"/g;

/** By their titles in the manifest. */
export const remedies: ReadonlyMap<string, string> = new Map([
  ['Open a Sample', 'tokenscope.openSample'],
  ['Open a Sample Trace', 'tokenscope.openSampleTrace'],
  ['Turn Overlay On', 'tokenscope.turnOverlayOn'],
  ['Turn Completions On', 'tokenscope.turnCompletionsOn'],
  ['Choose Lens…', 'tokenscope.chooseLens'],
  ['Choose Model or Tokenizer…', 'tokenscope.chooseModel'],
  ['Connect to a Server…', 'tokenscope.connectServer'],
  ['Choose a Pair of Models…', 'tokenscope.choosePair'],
  ['Choose Autoencoder…', 'tokenscope.chooseAutoencoder'],
  ['Get an Autoencoder from the Hub…', 'tokenscope.getAutoencoder'],
  ['Compare with Tokenizer or Model…', 'tokenscope.compareWithTokenizer'],
  ['Open Reasoning Traces…', 'tokenscope.openTraces'],
  ['Pin Feature…', 'tokenscope.pinFeature'],
  ['Roll Out This Trace…', 'tokenscope.rollOut'],
  ['Try Another Token Here…', 'tokenscope.whatIf'],
]);

/** In the order of the message, each once. */
export function remediesIn(message: string): { title: string; command: string }[] {
  const named = [...message.matchAll(NAMED)].map(([, title]) => title!);
  return [...new Set(named)].flatMap(title => {
    const command = remedies.get(title);
    return command ? [{ title, command }] : [];
  });
}
