// Documents on one side, the engine's answers on the other: asks for views and keeps one scoring pass per
// document going, newest wanted first.
import { EventEmitter } from 'vscode';
import { Cancelled } from '../../core/errors';
import type { Lens, PassId } from '../../core/lenses/lens';
import { lenses, type LensId } from '../../core/lenses/lenses';
import type { FileCount, TokenCount } from '../../protocol/compare';
import type { FeatureOptions } from '../../protocol/features';
import type { ModelReport } from '../../protocol/models';
import {
  type ByteProof,
  type CharacterView,
  type ScoredEvent,
  type ScoreSummary,
  type TokenView,
  type ViewRequest,
} from '../../protocol/scores';
import type { SplitView } from '../../protocol/split';
import type { ContrastOptions } from '../../protocol/traces';
import type { DocumentVersion, Range16, Refusal } from '../../protocol/types';
import type { ShownText, Text, TextAt } from '../overlay/textSource';
import { settings } from '../settings';
import type { DocumentSync } from './documentSync';
import type { Engine, RunningEngine } from './engineClient';

/** Tokens painted at once. */
export const VIEW_TOKENS = 3000;

interface Pass {
  readonly version: number;
  readonly controller: AbortController;
}

export interface VersionedView {
  readonly version: number;
  readonly view: TokenView;
}

/** How the passes of a lens are read of a text: what a pair says, from where the answer begins. */
export function passOptions(
  { needs }: Pick<Lens, 'needs'>,
  { answerStart = 0 }: { answerStart?: number | undefined },
): { passes: readonly PassId[]; contrast?: ContrastOptions } {
  if (!needs.includes('contrast')) return { passes: needs };
  return { passes: needs, contrast: { from: answerStart, centred: settings.pair.centre.value } };
}

export class Inspection {
  private readonly passes = new Map<string, Pass>();
  private readonly notes = new Map<string, { version: number; note: ByteProof | Refusal }>();
  private readonly scored = new EventEmitter<ScoredEvent>();
  /** More rows of a document are known. */
  readonly onDidScore = this.scored.event;

  constructor(
    private readonly engine: Engine,
    private readonly texts: DocumentSync,
    /** What a view is to tell of features: nothing where the lens needs none. */
    private readonly wish: () => FeatureOptions | undefined = () => undefined,
    private readonly openSae: (running: RunningEngine) => Promise<unknown> = async () => {},
  ) {
    engine.onEvent('scored', event => this.scored.fire(event));
    // Another model, or another one beside it, may prove or refuse something else.
    engine.onDidChangeState(({ kind }) => {
      if (kind === 'starting' || kind === 'ready') this.notes.clear();
    });
  }

  view(
    document: Text,
    range: Range16,
    request: Omit<ViewRequest, 'range' | 'maxTokens' | 'features'> & { maxTokens?: number } = {},
  ): Promise<VersionedView> {
    return this.engine.call(async running => {
      const at = this.texts.ensureSent(running, document);
      const features = request.second ? undefined : this.wish();
      const view = await running.remote.view({
        maxTokens: VIEW_TOKENS,
        ...at,
        range,
        ...request,
        ...(features && { features }),
      });
      return { version: at.version, view };
    });
  }

  /**
   * What a lens colours; of more tokens than are painted at once, those around an offset. Nothing, where bytes are
   * asked for and cannot be had exactly: `noteOn` says why.
   */
  async viewForLens(
    {
      text: document,
      cursorOffset: around,
      answerStart,
    }: Pick<ShownText, 'text' | 'cursorOffset' | 'answerStart'>,
    range: Range16,
    lens: Lens,
  ): Promise<{ version: number; view: TokenView | CharacterView }> {
    if (lens.per === 'token') {
      const options = passOptions(lens, { answerStart });
      return this.view(document, range, { ...options, ...(around !== undefined && { around }) });
    }
    const difference = lens.needs.includes('secondBytes');
    const { at, found } = await this.engine.call(async running => {
      const at = this.texts.ensureSent(running, document);
      return { at, found: await running.remote.characters({ ...at, range, difference }) };
    });
    if (!('refused' in found)) return { version: at.version, view: found };
    this.note(at, found);
    const none = new Uint32Array();
    const view = { utf16Starts: none, utf16Ends: none, bits: new Float32Array(), pending: 0 };
    return { version: at.version, view };
  }

  /** Scores every byte of a document by the passes over bytes. */
  async scoreEveryByte(
    document: Text,
    passes: readonly PassId[],
    signal: AbortSignal,
  ): Promise<ScoreSummary | Refusal> {
    const { at, found } = await this.engine.call(async running => {
      const at = this.texts.ensureSent(running, document);
      const request = { ...at, passes, visible: [], maxTokens: 0, whole: true };
      return { at, found: await running.remote.score(request, signal) };
    });
    const note = 'refused' in found ? found : found.proofs[0];
    if (note) this.note(at, note);
    return found;
  }

  /** Of the text as it is: the proof that its bytes cost what its tokens do, or why bytes are not scored. */
  noteOn(document: Text | undefined): ByteProof | Refusal | undefined {
    const known = document && this.notes.get(document.uri.toString());
    return known?.version === document?.version ? known?.note : undefined;
  }

  private note({ uri, version }: DocumentVersion, note: ByteProof | Refusal): void {
    const isNews = this.notes.get(uri)?.version !== version;
    this.notes.set(uri, { version, note });
    if (isNews || !('refused' in note)) this.scored.fire({ uri, version, scored: 0, total: 0 });
  }

  split(document: Text, at: number, typed: string): Promise<SplitView | null> {
    return this.engine.call(running =>
      running.remote.split({ ...this.texts.ensureSent(running, document), at, typed }),
    );
  }

  peak({ text, utf16: from, answerStart }: TextAt, lens: LensId, direction: 1 | -1) {
    return this.engine.call(running =>
      running.remote.peak({
        ...{ ...this.texts.ensureSent(running, text), lens, from, direction },
        ...(this.wish() && { features: this.wish()! }),
        ...passOptions(lenses[lens], { answerStart }),
      }),
    );
  }

  /** Null where there is no second tokenizer. */
  compare(document: Text, ranges: Range16[], visible: Range16[]) {
    return this.engine.call(async running => {
      const at = this.texts.ensureSent(running, document);
      return { ...at, found: await running.remote.compare({ ...at, ranges, visible }) };
    });
  }

  difference(document: Text, from: number, direction: 1 | -1) {
    return this.engine.call(running =>
      running.remote.difference({ ...this.texts.ensureSent(running, document), from, direction }),
    );
  }

  countFile(bytes: Uint8Array, signal: AbortSignal): Promise<FileCount | null> {
    return this.engine.call(running => running.remote.countFile({ bytes }, signal));
  }

  count(document: Text, ranges: Range16[]): Promise<TokenCount> {
    return this.engine.call(running =>
      running.remote.count({ ...this.texts.ensureSent(running, document), ranges }),
    );
  }

  json(document: Text, range: Range16): Promise<string> {
    return this.engine.call(running =>
      running.remote.json({ ...this.texts.ensureSent(running, document), range }),
    );
  }

  nextBytes(document: Text, utf16: number, signal: AbortSignal) {
    return this.engine.call(running =>
      running.remote.nextBytes({ ...this.texts.ensureSent(running, document), utf16 }, signal),
    );
  }

  /** For people: what the tokens are made by. */
  tokenizers(): Promise<{ model: string; second: string | undefined }> {
    return this.engine.call(async ({ model }) => {
      const named = ({ name, tokenizer }: { name: string; tokenizer: string }) =>
        `${name} (${tokenizer})`;
      const { second } = this.engine;
      return { model: named(model), second: second ? named(second) : undefined };
    });
  }

  report(): Promise<ModelReport> {
    return this.engine.call(running => running.remote.report({}));
  }

  /** Runs a lens's passes over a document, visible ranges first; what runs for an older request is cancelled. */
  async score(
    document: Text,
    visible: readonly Range16[],
    { needs }: Pick<Lens, 'needs'> = { needs: ['tokens'] },
  ): Promise<void> {
    const uri = document.uri.toString();
    this.cancel(uri);
    const pass: Pass = { version: document.version, controller: new AbortController() };
    this.passes.set(uri, pass);
    try {
      const maxTokens = settings.overlay.maxTokens.value;
      const done = await this.engine.call(async running => {
        if (needs.includes('features')) await this.openSae(running);
        const request = { passes: needs, visible, maxTokens };
        const at = this.texts.ensureSent(running, document);
        return running.remote.score({ ...at, ...request }, pass.controller.signal);
      });
      const { version } = pass;
      if ('refused' in done) return this.note({ uri, version }, done);
      if (done.proofs[0]) this.note({ uri, version }, done.proofs[0]);
      this.scored.fire({ uri, version, scored: done.scored, total: done.total });
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
    } finally {
      if (this.passes.get(uri) === pass) this.passes.delete(uri);
    }
  }

  isScoring(document: Text): boolean {
    return this.passes.get(document.uri.toString())?.version === document.version;
  }

  cancel(uri: string): void {
    this.passes.get(uri)?.controller.abort();
    this.passes.delete(uri);
  }

  cancelAll(): void {
    for (const uri of this.passes.keys()) this.cancel(uri);
  }

  dispose(): void {
    this.cancelAll();
    this.scored.dispose();
  }
}
