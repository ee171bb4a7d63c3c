// The one status item: lens, tokens in document or selection, and how the engine is. Its tooltip is the legend.
import {
  StatusBarAlignment,
  ThemeColor,
  window,
  type Disposable,
  type StatusBarItem,
} from 'vscode';
import { totalsOf, describeProof } from '../../core/exactBytes/byteProof';
import { Cancelled } from '../../core/errors';
import type { ScoredEvent } from '../../protocol/scores';
import type { Engine } from '../engine/engineClient';
import { NO_SAE, type Autoencoder } from '../features/autoencoder';
import type { Inspection } from '../engine/scoringPasses';
import { legendText } from './legendText';
import type { OverlayState } from './overlayState';
import type { ShownTexts } from './textSource';
import type { SavedScores } from '../traces/savedView';
import { onDidChangeAny } from '../setting';
import { settings } from '../settings';
import { isInspectable, offsetsOf } from '../ui/editorRanges';

const COUNT_MS = 120;

export class Status {
  private readonly item: StatusBarItem;
  private readonly listeners: Disposable[];
  private counts = '';
  private progress: ScoredEvent | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly inspection: Inspection,
    private readonly state: OverlayState,
    private readonly features: Autoencoder,
    private readonly shown: ShownTexts,
  ) {
    this.item = window.createStatusBarItem('tokenscope.status', StatusBarAlignment.Right, 100);
    this.item.name = 'Tokenscope';
    this.item.command = 'tokenscope.chooseLens';
    this.listeners = [
      this.item,
      state.onDidChange(() => this.update()),
      features.onDidChange(() => this.update()),
      onDidChangeAny(Object.values(settings.traces), () => this.update()),
      engine.onDidChangeState(() => this.update()),
      inspection.onDidScore(event => {
        this.progress = event;
        this.update();
      }),
      window.onDidChangeActiveTextEditor(() => this.update()),
      window.onDidChangeTextEditorSelection(() => this.update()),
    ];
    this.update();
  }

  update(): void {
    this.draw();
    if (!this.state.isOn || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.count().then(() => this.draw());
    }, COUNT_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const listener of this.listeners) listener.dispose();
  }

  private async count(): Promise<void> {
    const editor = window.activeTextEditor;
    this.counts = '';
    if (!editor || !isInspectable(editor.document) || this.engine.state.kind !== 'ready') return;
    const { document, selections } = editor;
    const chosen = selections.filter(selection => !selection.isEmpty);
    const ranges = chosen.map(selection => offsetsOf(document, selection));
    try {
      const count = await this.inspection.count(document, ranges);
      const words = (counted: { document: number; ranges: number }) => {
        const all = grouped(counted.document);
        return chosen.length > 0 ? `${grouped(counted.ranges)} of ${all} tokens` : `${all} tokens`;
      };
      const { second } = this.engine;
      this.counts =
        second && count.second
          ? `${words(count)} · ${second.name}: ${words(count.second)}`
          : words(count);
    } catch (error) {
      // The text moved on, or the engine is gone: the next event counts again.
      if (!(error instanceof Cancelled)) this.counts = '';
    }
  }

  private draw(): void {
    const { item } = this;
    const { lens, isOn } = this.state;
    const engine = this.engine.state;
    item.backgroundColor = undefined;
    item.tooltip = isOn ? lens.title : 'Tokenscope is off. Select to choose a lens.';
    if (!isOn) item.text = '$(eye-closed) Tokenscope';
    else if (engine.kind === 'failed') {
      item.text = '$(error) Tokenscope';
      item.tooltip = engine.message;
      item.backgroundColor = new ThemeColor('statusBarItem.errorBackground');
    } else if (engine.kind !== 'ready') item.text = '$(loading~spin) Tokenscope: opening the model';
    else {
      const { name } = engine.model;
      const warnings = [...engine.model.warnings, engine.secondProblem].filter(Boolean);
      const note =
        lens.per === 'character' || lens.needs.includes('contrast')
          ? this.inspection.noteOn(window.activeTextEditor?.document)
          : undefined;
      const saved = this.saved();
      const from = saved?.series.source;
      item.text = [
        `${warnings.length > 0 ? '$(warning)' : '$(eye)'} ${name}`,
        from ? `${lens.title} from the file` : lens.title,
        saved ? `${grouped(saved.view.total)} tokens` : this.counts,
        this.scoring(),
        note && 'refused' in note
          ? lens.needs.includes('secondBytes') || lens.needs.includes('contrast')
            ? 'not shown'
            : 'not exact here'
          : '',
        lens.needs.includes('features') && this.features.info === null ? 'no autoencoder' : '',
      ]
        .filter(Boolean)
        .join(' · ');
      const pins = this.state.pins.map(({ feature }) => `feature ${feature}`);
      item.tooltip = legendText(lens, warnings, pins);
      if (from)
        item.tooltip += `\n\nThe numbers are from the file (${from}), not from ${name}: T0. "Tokenscope: Switch Traces Between Saved and Re-Scored Numbers" re-scores them.`;
      if (lens.needs.includes('features') && this.features.info === null)
        item.tooltip += `\n\n${this.features.problem || NO_SAE}`;
      if (lens.scale.kind === 'channels' && pins.length === 0)
        item.tooltip += '\n\nNo feature is pinned. Pin one with "Tokenscope: Pin Feature...".';
      if (note) {
        const words =
          'refused' in note ? `Not shown: ${note.refused}.` : describeProof(totalsOf(note));
        item.tooltip += `\n\n${words}`;
      }
    }
    item.accessibilityInformation = {
      label: item.text.replace(/\$\([^)]*\)/g, '').trim(),
      role: 'button',
    };
    item.show();
  }

  /** The saved numbers that the active editor shows at the cursor. */
  private saved(): SavedScores | undefined {
    const editor = window.activeTextEditor;
    if (!editor) return undefined;
    const { document, selection } = editor;
    const at = this.shown.textAt(document, document.offsetAt(selection.active), this.state.lens);
    return at?.saved;
  }

  /** How far the pass over the active document is, while one runs. */
  private scoring(): string {
    const document = window.activeTextEditor?.document;
    const { progress } = this;
    if (!document || progress?.uri !== document.uri.toString()) return '';
    if (!this.inspection.isScoring(document)) return '';
    return `${Math.floor((100 * progress.scored) / progress.total)} %`;
  }
}

/** 12,345. The first call of toLocaleString blocks the host for as long as a frame. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
