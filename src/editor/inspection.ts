// Documents on one side, the engine's answers on the other: asks for views and keeps one scoring pass per
// document going, newest wanted first.
import { EventEmitter, type TextDocument } from 'vscode';
import { Cancelled } from '../protocol/channel';
import type { LensId } from '../core/lenses';
import type {
  Details,
  ModelReport,
  Range16,
  ScoredEvent,
  TokenCount,
  TokenView,
} from '../protocol/engine';
import type { Engine } from './engine';
import { settings } from './settings';
import type { Texts } from './texts';

/** Tokens painted at once. */
const VIEW_TOKENS = 3000;

interface Pass {
  readonly version: number;
  readonly controller: AbortController;
}

export interface VersionedView {
  readonly version: number;
  readonly view: TokenView;
}

export class Inspection {
  private readonly passes = new Map<string, Pass>();
  private readonly scored = new EventEmitter<ScoredEvent>();
  /** More rows of a document are known. */
  readonly onDidScore = this.scored.event;

  constructor(
    private readonly engine: Engine,
    private readonly texts: Texts,
  ) {}

  /** Called by the engine. */
  tellScored(event: ScoredEvent): void {
    this.scored.fire(event);
  }

  view(
    document: TextDocument,
    range: Range16,
    details?: Details,
    maxTokens = VIEW_TOKENS,
  ): Promise<VersionedView> {
    return this.engine.call(async running => {
      const at = this.texts.sent(running, document);
      const request = { ...at, range, maxTokens, ...(details && { details }) };
      return { version: at.version, view: await running.remote.view(request) };
    });
  }

  peak(document: TextDocument, lens: LensId, from: number, direction: 1 | -1) {
    return this.engine.call(running =>
      running.remote.peak({ ...this.texts.sent(running, document), lens, from, direction }),
    );
  }

  count(document: TextDocument, ranges: Range16[]): Promise<TokenCount> {
    return this.engine.call(running =>
      running.remote.count({ ...this.texts.sent(running, document), ranges }),
    );
  }

  json(document: TextDocument, range: Range16): Promise<string> {
    return this.engine.call(running =>
      running.remote.json({ ...this.texts.sent(running, document), range }),
    );
  }

  nextBytes(document: TextDocument, utf16: number, signal: AbortSignal) {
    return this.engine.call(running =>
      running.remote.nextBytes({ ...this.texts.sent(running, document), utf16 }, signal),
    );
  }

  report(): Promise<ModelReport> {
    return this.engine.call(running => running.remote.report({}));
  }

  /** Scores a document, visible ranges first; a pass under way for an older wish gives way. */
  async score(document: TextDocument, visible: Range16[]): Promise<void> {
    const uri = document.uri.toString();
    this.cancel(uri);
    const pass: Pass = { version: document.version, controller: new AbortController() };
    this.passes.set(uri, pass);
    try {
      const maxTokens = settings.maxTokens();
      const done = await this.engine.call(running => {
        const at = this.texts.sent(running, document);
        return running.remote.score({ ...at, visible, maxTokens }, pass.controller.signal);
      });
      const { version } = pass;
      this.scored.fire({ uri, version, scored: done.scored, total: done.total });
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
    } finally {
      if (this.passes.get(uri) === pass) this.passes.delete(uri);
    }
  }

  isScoring(document: TextDocument): boolean {
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
