// The command line: the engine without an editor. Exit 2 with one clear line on bad input, 3 where
// exactness cannot be had.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InexactError, UserError } from '../core/errors';
import { encodeUtf8 } from '../core/text/utf8';
import { Document } from '../engine/documents/document';
import { Model } from '../engine/models/model';
import { scoreTokens } from '../engine/scoring/tokensPass';
import { RuntimeClient } from '../engine/onnx/session/runtimeClient';
import { tokenLines } from '../engine/documents/tokenJson';
import { openTokenizerAt } from '../engine/models/openTokenizer';
import { runBytes } from './commands/bytes';
import { runComplete, parseCompleteOptions } from './commands/complete';
import { runCount } from './commands/count';
import { runFeatures } from './commands/features';
import { readBytes, readText } from './input';
import { runTrace } from './commands/trace';
import { isMode, runNext, type NextPlace } from './commands/next';
import { prettyInspect, prettyTokens } from './colouredText';

const HELP = `tokenscope: what a language model sees in a text

  tokenscope tokens FILE             where the tokenizer cuts the text
  tokenscope inspect FILE [--top K]  how surprised the model is by every token
  tokenscope bytes FILE              how surprised the model is by every byte
  tokenscope next FILE --at BYTE     the exact probability of every byte that may come there
  tokenscope complete FILE --at BYTE what the model would insert there
  tokenscope features FILE           which features of an autoencoder fire at every token
  tokenscope trace FILE [--sample N] the reasoning traces of a file, and one of them token by token
  tokenscope count PATH...           how many tokens files and folders have

FILE is a UTF-8 file, or - for standard input.

  --model FOLDER   a model folder as on the hub (default: the built-in model)
  --tokenizer X    a second tokenizer that \`count\` counts with, too: a folder or a file
  --context N      tokens in a window at most (default 2048, or what the model can hold)
  --top K          alternatives, or features, listed for every token (default 5)
  --at BYTE        an offset in the file, inside a character or not
  --mode e1|e2|e3  lower bounds in all tokenisations; canonical tokens of the raw model (default); the same
                   of the model renormalised to them
  --lazy SHARE     for next: leave out ways to cut the text below this share; told as untested (default 0)
  --healing exact|one-token|none   how the model begins inside a token (default exact)
  --fim auto|psm|spm|none          the prompt's form; none: the text behind the cursor is not seen
  --tokens N       tokens that a completion may have (default 48); --lines: it may have several lines
  --min-probability P   end a completion before the token with which it is less likely (default 0)
  --candidates N   several completions; --temperature T (default 0: the likeliest), --top-p P and --seed S draw them
  --second FOLDER  another model beside it, for bytes and next; it may have another tokenizer
  --sae FOLDER     for features: an autoencoder (default: the one that comes with the model)
  --feature N      for features: this one alone; may be given several times
  --density SHARE  for features: leave out what fires on a larger share of tokens (default 0.05; not with --json)
  --sample N       for trace: one of the traces, by its number or id; with --model it is scored by that model,
                   and by the pair that the folder names, or --positive and --negative FOLDER
  --json           one JSON object per line; the README lists the fields
  --help           this text

Exit codes: 0 done, 1 a defect in tokenscope, 2 bad input, 3 exactness cannot be had.
`;

const COMMANDS = ['tokens', 'inspect', 'bytes', 'next', 'complete', 'features', 'trace', 'count'];

async function main(): Promise<void> {
  const { values, positionals } = parse();
  if (values.help) return print([HELP]);
  const [command, file, ...rest] = positionals;
  if (!command) throw new UserError('No command. `tokenscope --help` lists them.');
  if (!COMMANDS.includes(command)) {
    throw new UserError(`Unknown command "${command}". There are: ${COMMANDS.join(', ')}.`);
  }
  if (!file) throw new UserError(`\`${command}\` needs a file, or - for standard input.`);
  if (rest.length > 0 && command !== 'count')
    throw new UserError(`One file at a time: what is "${rest[0]}"?`);
  if (values.second !== undefined && command !== 'bytes' && command !== 'next') {
    throw new UserError('--second is for `bytes` and `next`.');
  }
  const topK = wholeNumber(values.top, '--top', 0, 1000);
  const contextLimit = wholeNumber(values.context, '--context', 1, 1 << 20);

  const features = {
    ...{ sae: values.sae, top: topK, densityCutoff: shareOf(values.density, '--density') },
    only: values.feature.map(text => wholeNumber(text, '--feature', 0, 2 ** 32 - 1)),
  };

  const folder = values.model ?? join(__dirname, '..', 'models', 'coder');
  if (command === 'count') {
    const { tokenizer } = await Model.open(folder, contextLimit, null);
    const second = values.tokenizer ? openTokenizerAt(values.tokenizer).tokenizer : undefined;
    return await print(runCount([file, ...rest], tokenizer, second, values.json ?? false));
  }
  if (command === 'trace') {
    const { positive, negative, sample, model } = values;
    const members =
      positive === undefined && negative === undefined
        ? undefined
        : { positive: { folder: positive ?? '' }, negative: { folder: negative ?? '' } };
    if (members && model === undefined) {
      throw new UserError('--positive and --negative need --model, whose tokens they share.');
    }
    const bytes = await readBytes(file);
    const json = values.json ?? false;
    const request = { file, bytes, sample, model, members, contextLimit, json };
    return await print(await runTrace(request, startRuntime));
  }
  const { feature: _, ...completionValues } = values;
  const text = await readText(file);
  const place = command === 'next' ? placeIn(text, values) : undefined;
  const completion =
    command === 'complete' ? parseCompleteOptions(text, completionValues) : undefined;
  const scored = command !== 'tokens';
  const model = await Model.open(folder, contextLimit, scored ? startRuntime : null);
  let second: Model | undefined;
  try {
    if (values.second !== undefined) {
      second = await Model.open(values.second, contextLimit, startRuntime);
    }
    if (command === 'bytes') {
      const showProgress = progressOn(process.stderr, 'bytes');
      return await print(await runBytes(model, text, values.json ?? false, showProgress, second));
    }
    if (command === 'features') {
      const showProgress = progressOn(process.stderr, 'tokens');
      const json = values.json ?? false;
      return await print(await runFeatures(model, text, features, json, showProgress));
    }
    if (completion) {
      return await print(await runComplete(model, completion, values.json ?? false));
    }
    if (place) return await print(await runNext(model, place, values.json ?? false, second));
    const document = new Document(file, 0, text);
    if (scored) {
      const showProgress = progressOn(process.stderr, 'tokens');
      await scoreTokens(
        model,
        document,
        {
          visible: [],
          maxTokens: Infinity,
          signal: new AbortController().signal,
          onScored: count => showProgress(count, document.streamBy(model.tokenizer).size.tokens),
        },
        topK,
      );
    }
    const tokens = document.tokensBy(model.tokenizer);
    const scores = scored ? document.scoresOf(0, tokens.ids.length).scores : null;
    if (values.json) await print(tokenLines(tokens, scores, model.tokenizer));
    else if (scores) await print(prettyInspect(document.text, tokens, scores, model));
    else await print(prettyTokens(document.text, tokens, model));
  } finally {
    model.dispose();
    second?.dispose();
  }
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        model: { type: 'string' },
        context: { type: 'string', default: '2048' },
        top: { type: 'string', default: '5' },
        at: { type: 'string' },
        tokenizer: { type: 'string' },
        second: { type: 'string' },
        sae: { type: 'string' },
        sample: { type: 'string' },
        positive: { type: 'string' },
        negative: { type: 'string' },
        feature: { type: 'string', multiple: true, default: [] },
        density: { type: 'string', default: '0.05' },
        mode: { type: 'string', default: 'e2' },
        lazy: { type: 'string', default: '0' },
        healing: { type: 'string' },
        fim: { type: 'string' },
        tokens: { type: 'string' },
        candidates: { type: 'string' },
        temperature: { type: 'string' },
        'top-p': { type: 'string' },
        seed: { type: 'string' },
        'min-probability': { type: 'string' },
        lines: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message.split('. ')[0]}. See \`tokenscope --help\`.`);
  }
}

function shareOf(text: string, name: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 1) return value;
  throw new UserError(`${name} takes a share above 0 and up to 1, not "${text}".`);
}

function placeIn(
  text: string,
  given: { at?: string | undefined; mode: string; lazy: string; second?: string | undefined },
): NextPlace {
  const { at, mode } = given;
  const lazy = Number(given.lazy);
  if (at === undefined) throw new UserError('`next` needs --at BYTE, an offset in the file.');
  if (!isMode(mode)) throw new UserError(`--mode takes e1, e2 or e3, not "${mode}".`);
  if (given.lazy.trim() === '' || !(lazy >= 0 && lazy < 1)) {
    throw new UserError(`--lazy takes a share from 0 to below 1, not "${given.lazy}".`);
  }
  if (lazy > 0 && (mode !== 'e2' || given.second !== undefined)) {
    throw new UserError('--lazy is for mode e2 and one model.');
  }
  if (mode === 'e1' && given.second !== undefined) {
    throw new UserError('--mode e1 is for one model: bounds are not mixed.');
  }
  return { text, lazy, at: wholeNumber(at, '--at', 0, encodeUtf8(text).length), mode };
}

function startRuntime(): RuntimeClient {
  return new RuntimeClient(join(__dirname, 'runtime.js'));
}

function wholeNumber(text: string, name: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UserError(`${name} takes a whole number from ${min} to ${max}, not "${text}".`);
}

/** A line that counts up, where somebody is looking and it takes over a second. */
function progressOn(
  stream: NodeJS.WriteStream,
  unit: string,
): (done: number, total: number) => void {
  const began = performance.now();
  let told = began + 1000;
  return (done, total) => {
    if (!stream.isTTY) return;
    const now = performance.now();
    if (done >= total && told > began + 1000) stream.write('\r\x1b[K');
    else if (now >= told) {
      told = now + 100;
      stream.write(`\rscored ${done} of ${total} ${unit}`);
    }
  };
}

/** Writes at the reader's pace; a reader that goes away (`| head`) is no error. */
async function print(lines: Iterable<string>): Promise<void> {
  for (const line of lines) {
    if (!process.stdout.write(line)) {
      await new Promise(resolve => process.stdout.once('drain', resolve));
    }
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

main().catch((error: Error) => {
  const code = error instanceof InexactError ? 3 : error instanceof UserError ? 2 : 1;
  console.error(code === 1 ? error.stack : `tokenscope: ${error.message}`);
  process.exitCode = code;
});
