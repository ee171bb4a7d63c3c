// An engine over models without a runtime, to which anything may happen, and the state that it has to be in by then.
import { join } from 'node:path';
import { Cancelled, UserError } from '../../src/core/errors';
import { defaultLayerOptions } from '../../src/core/layers/layerPasses';
import { passColumns, type PassId } from '../../src/core/lenses/lens';
import { lenses, type LensId } from '../../src/core/lenses/lenses';
import { Model, type OpenModel } from '../../src/engine/models/model';
import { readModelFolder, type ModelFolder } from '../../src/engine/models/modelFolder';
import { engineServer } from '../../src/engine/server';
import type { Range16, TextEdit } from '../../src/protocol/types';
import { hashOf } from './fakeBackend';
import { steppedBackend } from './steppedBackend';

export const passIds = Object.keys(passColumns) as PassId[];
export const uris = ['a', 'b'] as const;
export type Uri = (typeof uris)[number];

/** What decides what the engine says. Models and autoencoders are folders in one place; an empty name is none. */
export interface EngineState {
  readonly place: string;
  readonly contextLimit: number;
  model: string;
  /** Null: what the model's folder names. */
  pair: readonly [string, string] | null;
  second: string;
  /** Null: none was asked for. */
  sae: string | null;
  texts: Record<Uri, string>;
}

export interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly text: string;
}

export type Change =
  | { does: 'edit'; uri: Uri; edits: readonly Edit[] }
  | { does: 'write'; uri: Uri; text: string }
  | { does: 'model'; name: string }
  | { does: 'pair'; members: EngineState['pair']; opensNow: boolean }
  | { does: 'compare'; name: string }
  | { does: 'sae'; name: string }
  | { does: 'restart' };

export interface Scoring {
  readonly uri: Uri;
  readonly passes: readonly PassId[];
  readonly visible: readonly Range16[];
  readonly maxTokens: number;
  readonly whole: boolean;
  /** At this step of a model, or of opening one, something happens; in a run of fewer steps after it. */
  readonly at: number;
  readonly meanwhile?: Change | 'cancel' | undefined;
}

/** What an engine says of a range of a text. */
export interface Said {
  /** What does not depend on what is scored. */
  readonly facts: unknown;
  /** What only says something when all is scored. */
  readonly sums: unknown;
  readonly first: number;
  /** [row, width], by their names in `Scores`. */
  readonly columns: ReadonlyMap<string, ArrayLike<number>>;
  /** [character] */
  readonly characters: readonly Float32Array[];
  readonly pending: Readonly<Record<PassId, number>>;
}

const { signal } = new AbortController();
/** Read once: a tokenizer with its caches is what most memory goes to. */
const folders = new Map<string, ModelFolder>();

function folderAt(path: string): ModelFolder {
  const folder = folders.get(path) ?? readModelFolder(path);
  folders.set(path, folder);
  return folder;
}

export class EngineSubject {
  private server = this.start();
  private readonly versions = { a: 0, b: 0 };
  private onStep: () => void = () => {};

  private constructor(readonly state: EngineState) {}

  /** An engine that is told all of a state. */
  static async open(state: EngineState): Promise<EngineSubject> {
    const subject = new EngineSubject(structuredClone(state));
    await subject.tell();
    return subject;
  }

  /** What cannot be opened leaves what is there. */
  async change(change: Change): Promise<void> {
    const { server, state } = this;
    try {
      if (change.does === 'edit') this.edit(change.uri, change.edits);
      else if (change.does === 'write') this.write(change.uri, change.text);
      else if (change.does === 'model') {
        const { contextLimit } = state;
        await server.openModel({ folder: this.folder(change.name), contextLimit }, signal);
        Object.assign(state, { model: change.name, sae: null });
      } else if (change.does === 'pair') {
        await this.choosePair(change.members, change.opensNow);
        state.pair = change.members;
      } else if (change.does === 'compare') {
        await server.compareWith({ path: this.folder(change.name) }, signal);
        state.second = change.name;
      } else if (change.does === 'sae') {
        state.sae ??= '';
        await server.openSae({ path: this.folder(change.name) }, signal);
        state.sae = change.name;
      } else {
        this.server = this.start();
        await this.tell();
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }

  /** Answers what is refused. */
  async score({ uri, at, meanwhile, ...request }: Scoring): Promise<string | undefined> {
    const controller = new AbortController();
    let left = at;
    let changing: Promise<void> | undefined;
    const happen = () => {
      this.onStep = () => {};
      if (meanwhile === 'cancel') controller.abort();
      else if (meanwhile) changing = this.change(meanwhile);
    };
    this.onStep = () => left-- === 0 && happen();
    try {
      const params = { ...this.at(uri), ...request };
      const done = await this.server.score(params, controller.signal);
      return 'refused' in done ? done.refused : undefined;
    } catch (error) {
      if (!meanwhile || !(error instanceof Cancelled)) throw error;
      return undefined;
    } finally {
      if (left >= 0) happen();
      await changing;
    }
  }

  async says(uri: Uri, range: Range16): Promise<Said> {
    const { server } = this;
    const at = this.at(uri);
    const request = { ...at, range, maxTokens: 1e6 };
    const options = {
      features: { pins: [{ feature: 1, threshold: 0.2 }], densityCutoff: 1 },
      contrast: { from: 3, centred: true },
      layers: defaultLayerOptions,
    };
    const columns = new Map<string, ArrayLike<number>>();
    const pending = {} as Record<PassId, number>;
    const sums: unknown[] = [];
    for (const pass of passIds) {
      const view = await server.view({ ...request, ...options, passes: [pass] }, signal);
      addColumns(view.scores, columns);
      pending[pass] = view.pending;
      sums.push(view.pair, view.scores?.contrast?.centre);
    }
    const characters: Float32Array[] = [];
    const refused: unknown[] = [];
    for (const difference of [false, true]) {
      const view = await server.characters({ ...at, range, difference }, signal);
      if ('refused' in view) refused.push(view);
      else characters.push(view.bits);
    }
    const { gateFolder } = defaultLayerOptions;
    characters.push((await server.gateCharacters({ ...at, range, gateFolder }, signal)).bits);
    for (const lens of Object.keys(lenses) as LensId[])
      for (const direction of [1, -1] as const)
        sums.push(await server.peak({ ...at, ...options, lens, from: 9, direction }, signal));
    const choice = { kind: 'own' } as const;
    const table = { ...at, densityCutoff: 1, choice, rows: 9 };
    sums.push(await orRefusal(() => server.featureTable(table, signal)));
    sums.push(await server.json({ ...at, range }, signal));
    const { scores: _, pending: __, ...tokens } = await server.view(request, signal);
    const facts = {
      tokens,
      refused,
      counted: await server.count({ ...at, ranges: [range] }, signal),
      compared: await server.compare({ ...at, ranges: [range], visible: [range] }, signal),
      next: await orRefusal(() => server.difference({ ...at, from: 9, direction: 1 }, signal)),
    };
    return { facts, sums, first: tokens.first, columns, characters, pending };
  }

  private async tell(): Promise<void> {
    const { model, contextLimit, pair, second, sae, texts } = this.state;
    await this.server.openModel({ folder: this.folder(model), contextLimit }, signal);
    await this.choosePair(pair, false);
    await this.server.compareWith({ path: this.folder(second) }, signal);
    if (sae !== null) await this.server.openSae({ path: this.folder(sae) }, signal);
    for (const uri of uris) this.write(uri, texts[uri]);
  }

  private async choosePair(pair: EngineState['pair'], opensNow: boolean): Promise<void> {
    const [positive, negative] = pair?.map(name => ({ folder: this.folder(name) })) ?? [];
    const members = positive && negative && { members: { positive, negative } };
    await this.server.choosePair({ ...members, opensNow }, signal);
  }

  private write(uri: Uri, text: string): void {
    this.state.texts[uri] = text;
    this.versions[uri]++;
    void this.server.setDocument({ ...this.at(uri), text }, signal);
  }

  /** All in offsets of the text before them, the last one first. */
  private edit(uri: Uri, wanted: readonly Edit[]): void {
    let text = this.state.texts[uri];
    let end = text.length;
    const edits: TextEdit[] = [];
    for (const edit of [...wanted].sort((one, other) => other.at - one.at)) {
      const utf16Start = Math.min(edit.at, end);
      const utf16End = Math.min(utf16Start + edit.removed, end);
      edits.push({ utf16Start, utf16End, text: edit.text });
      text = text.slice(0, utf16Start) + edit.text + text.slice(utf16End);
      end = utf16Start;
    }
    this.state.texts[uri] = text;
    this.versions[uri]++;
    void this.server.editDocument({ ...this.at(uri), edits }, signal);
  }

  private at(uri: Uri) {
    return { uri, version: this.versions[uri] };
  }

  private folder(name: string): string {
    return name && join(this.state.place, name);
  }

  private start() {
    const step = async () => {
      this.onStep();
      await new Promise(setImmediate);
    };
    const open: OpenModel = async (folder, contextLimit) => {
      await step();
      const read = typeof folder === 'string' ? folderAt(folder) : folder;
      const seed = hashOf(Buffer.from(read.name), 1);
      return new Model(read, steppedBackend(read.tokenizer.vocabSize, seed, step), contextLimit);
    };
    return engineServer(open, undefined, undefined, undefined, this.folder('gate'));
  }
}

async function orRefusal<T>(work: () => T | Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Those of columns that hold columns under both names. */
function addColumns(value: object | null, into: Map<string, ArrayLike<number>>, name = ''): void {
  for (const [key, each] of Object.entries(value ?? {})) {
    if (ArrayBuffer.isView(each)) into.set(name + key, each as Float32Array);
    else if (typeof each === 'object') addColumns(each, into, `${name}${key}.`);
  }
}
