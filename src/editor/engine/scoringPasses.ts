// Runs a lens's passes over documents: one run of the overlay for each document, its newest request wins; commands have
// runs of their own. Keeps what a run proved, or why it was refused.
import { EventEmitter } from 'vscode';
import { Cancelled } from '../../core/errors';
import { isOfLayers } from '../../core/layers/layerPasses';
import type { Lens, PassId } from '../../core/lenses/lens';
import type { ByteProof, ScoredEvent, ScoreSummary } from '../../protocol/scores';
import type { DocumentVersion, Range16, Refusal } from '../../protocol/types';
import type { Text } from '../overlay/textSource';
import { layerOptions, settings } from '../settings';
import type { DocumentSync } from './documentSync';
import type { Engine, RunningEngine } from './engineClient';

interface Run {
  readonly version: number;
  readonly controller: AbortController;
}

/** Why passes cannot run over a text. */
export interface PassRefusal extends Refusal {
  readonly passes: readonly PassId[];
}

export class ScoringPasses {
  private readonly runs = new Map<string, Run>();
  /** Of commands, which the overlay's requests leave alone. */
  private readonly commandRuns = new Map<string, Run>();
  private readonly notes = new Map<string, { version: number; note: ByteProof | PassRefusal }>();
  private readonly scored = new EventEmitter<ScoredEvent>();
  /** More of a document is known. */
  readonly onDidScore = this.scored.event;

  constructor(
    private readonly engine: Engine,
    private readonly texts: DocumentSync,
    /** Opens the autoencoder that is chosen, where a lens needs one. Answers whether there is one. */
    private readonly openSae: (running: RunningEngine) => Promise<boolean>,
  ) {
    engine.onEvent('scored', event => this.scored.fire(event));
    // Another model, or another one beside it, may prove or refuse something else.
    engine.onDidChangeState(({ kind }) => {
      if (kind === 'starting' || kind === 'ready') this.notes.clear();
    });
  }

  /**
   * Runs a lens's passes over a document, visible ranges first; an older run of the overlay is cancelled.
   * @param signal of a command, whose run a newer request does not cancel. With it, `Cancelled` is thrown where it is
   * aborted, and where the text changes.
   */
  async score(
    document: Text,
    visible: readonly Range16[],
    { needs }: Pick<Lens, 'needs'> = { needs: ['tokens'] },
    signal?: AbortSignal,
  ): Promise<void> {
    const uri = document.uri.toString();
    this.cancel(uri);
    const run: Run = { version: document.version, controller: new AbortController() };
    signal?.addEventListener('abort', () => run.controller.abort(signal.reason));
    const runs = signal ? this.commandRuns : this.runs;
    // While a command scores the rest, the overlay needs what is visible alone.
    const isRestScored = !signal && this.commandRuns.has(uri);
    runs.set(uri, run);
    try {
      const maxTokens = isRestScored ? 0 : settings.overlay.maxTokens.value;
      const done = await this.engine.call(async running => {
        const lacksSae = needs.includes('features') && !(await this.openSae(running));
        const passes = lacksSae ? needs.filter(id => id !== 'features') : needs;
        const layers = passes.some(isOfLayers) ? { layers: layerOptions() } : {};
        const request = { passes, visible, maxTokens, ...layers };
        const at = this.texts.ensureSent(running, document);
        return running.remote.score({ ...at, ...request }, run.controller.signal);
      });
      const { version } = run;
      if ('refused' in done) return this.note({ uri, version }, { ...done, passes: needs });
      if (done.proofs[0]) this.note({ uri, version }, done.proofs[0]);
      else this.dropRefusal(uri, needs);
      this.scored.fire({ uri, version, scored: done.scored, total: done.total });
    } catch (error) {
      if (!(error instanceof Cancelled) || signal) throw error;
    } finally {
      if (runs.get(uri) === run) runs.delete(uri);
      // The overlay's own run made way for this one: it asks again for what it shows.
      if (signal?.aborted) this.scored.fire({ uri, version: run.version, scored: 0, total: 0 });
    }
  }

  /** Scores the tokens of a range, and no more: other runs over the document go on. */
  async scoreRange(document: Text, range: Range16, signal: AbortSignal): Promise<void> {
    await this.engine.call(running => {
      const at = this.texts.ensureSent(running, document);
      const request = { passes: ['tokens'] as const, visible: [range], maxTokens: 0 };
      return running.remote.score({ ...at, ...request }, signal);
    });
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
    const note = 'refused' in found ? { ...found, passes } : found.proofs[0];
    if (note) this.note(at, note);
    return found;
  }

  /** Of the text as it is: the proof that its bytes cost what its tokens do, or why passes were refused. */
  noteOn(document: Text | undefined): ByteProof | PassRefusal | undefined {
    const known = document && this.notes.get(document.uri.toString());
    return known?.version === document?.version ? known?.note : undefined;
  }

  /** Whether a lens's passes over the text as it is were refused. */
  isRefused(document: Text, { needs }: Pick<Lens, 'needs'>): boolean {
    const note = this.noteOn(document);
    return note !== undefined && passesOf(note) === needs.join();
  }

  note({ uri, version }: DocumentVersion, note: ByteProof | PassRefusal): void {
    const before = this.notes.get(uri);
    const isNews = before?.version !== version || passesOf(before.note) !== passesOf(note);
    this.notes.set(uri, { version, note });
    if (isNews || !('refused' in note)) this.scored.fire({ uri, version, scored: 0, total: 0 });
  }

  /** What was refused runs now: a server answers again, or may be sent more. */
  private dropRefusal(uri: string, passes: readonly PassId[]): void {
    const note = this.notes.get(uri)?.note;
    if (note && passesOf(note) === passes.join()) this.notes.delete(uri);
  }

  isScoring(document: Text): boolean {
    const uri = document.uri.toString();
    return [this.runs, this.commandRuns].some(runs => runs.get(uri)?.version === document.version);
  }

  cancel(uri: string): void {
    this.runs.get(uri)?.controller.abort();
    this.runs.delete(uri);
  }

  cancelAll(): void {
    for (const uri of this.runs.keys()) this.cancel(uri);
  }

  dispose(): void {
    this.cancelAll();
    this.scored.dispose();
  }
}

/** Of a refusal. */
function passesOf(note: ByteProof | PassRefusal): string | undefined {
  return 'refused' in note ? note.passes.join() : undefined;
}
