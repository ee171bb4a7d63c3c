// The texts of traces that editors show: a trace's own document, with the scores of its file, and the strings that hold
// traces in a file that they were opened from.
import { Uri, type TextDocument, type TextEditor } from 'vscode';
import type { Lens } from '../../core/lenses/lens';
import { TraceSourceMap } from '../../core/traces/traceSourceMap';
import type { JsonSourceMap } from '../../core/traces/jsonSourceMap';
import type { SavedLogprobs, Trace, TraceFile } from '../../core/traces/trace';
import { TraceText } from '../../core/traces/traceText';
import type { Range16 } from '../../protocol/types';
import { settings } from '../settings';
import {
  wholeDocument,
  type ShownText,
  type Text,
  type PlaceInText,
  type TextAt,
  type TextSource,
} from '../overlay/textSource';
import type { DocumentSync } from '../engine/documentSync';
import { visibleRanges } from '../ui/editorRanges';
import { savedView, type SavedScores } from './savedView';
import { TRACE_SCHEME, type TraceDocuments } from './traceDocuments';

const SCHEME = 'tokenscope-in-file';
/** Texts inside files that the engine holds at once: more than any screen shows, so that none is dropped and sent again. */
const HELD = 1000;

interface Inside {
  readonly file: Uri;
  readonly text: Text;
  readonly placed: TraceSourceMap;
}

/** A file as it was read, in one version of its document. */
interface Reading {
  readonly content: TraceFile;
  readonly version: number;
  readonly places: JsonSourceMap;
  /** By the trace's index. */
  readonly inside: Map<number, Inside>;
}

export class TraceTexts implements TextSource {
  private readonly readings = new WeakMap<TextDocument, Reading>();
  private readonly views = new WeakMap<Trace, SavedScores>();
  /** By their addresses, the most recently used last. */
  private readonly held = new Map<string, Inside>();
  private made = 0;

  constructor(
    private readonly traces: TraceDocuments,
    private readonly texts: DocumentSync,
  ) {}

  shownIn(editor: TextEditor, lens: Lens): ShownText[] | undefined {
    const { document } = editor;
    const open = this.traces.traceOf(document);
    if (open) {
      const visible = visibleRanges(editor);
      const around = document.offsetAt(editor.selection.active);
      return [{ ...wholeDocument(document, visible, around), ...this.propertiesOf(open, lens) }];
    }
    if (isNoTrace(document)) return [];
    const content = this.traces.contentOf(document.uri);
    if (!content) return undefined;
    const reading = this.readingOf(document, content);
    // Lines of such files are long: no margin around those on the screen.
    const visible = visibleRanges(editor, 0);
    return content.traces.flatMap(({ row }, index) => {
      const own = visible.filter(
        ({ utf16Start, utf16End }) => utf16Start < row.utf16End && row.utf16Start < utf16End,
      );
      if (own.length === 0) return [];
      const inside = this.insideOf(reading, document, index);
      const shown = own.flatMap(range => inside.placed.rangesInText(range));
      if (shown.length === 0) return [];
      this.hold(inside);
      return [{ ...this.textInFile(content.traces[index]!, inside, lens), visible: shown }];
    });
  }

  textAt(document: TextDocument, utf16: number, lens: Lens): TextAt | null | undefined {
    const open = this.traces.traceOf(document);
    if (open) {
      return { ...wholeDocument(document, []), ...this.propertiesOf(open, lens), utf16 };
    }
    if (isNoTrace(document)) return null;
    const content = this.traces.contentOf(document.uri);
    if (!content) return undefined;
    const reading = this.readingOf(document, content);
    for (const [index, trace] of content.traces.entries()) {
      if (utf16 < trace.row.utf16Start || utf16 >= trace.row.utf16End) continue;
      const inside = this.insideOf(reading, document, index);
      const at = inside.placed.utf16At(utf16);
      if (at === undefined) continue;
      this.hold(inside);
      return { ...this.textInFile(trace, inside, lens), utf16: at };
    }
    return null;
  }

  inFile({ uri, ...range }: PlaceInText): PlaceInText | undefined {
    const inside = this.held.get(uri);
    const [place] = inside?.placed.rangesInFile(range) ?? [];
    return inside && place && { uri: inside.file.toString(), ...place };
  }

  private textInFile(trace: Trace, { text, placed }: Inside, lens: Lens) {
    return {
      text,
      ...this.propertiesOf({ trace, text: placed.text }, lens),
      placesOf: (range: Range16) => placed.rangesInFile(range),
    };
  }

  private propertiesOf({ trace, text }: { trace: Trace; text: TraceText }, lens: Lens) {
    const [series] = trace.logprobs;
    const isShown = lens.readsSaved && settings.traces.scoresFrom.value === 'file';
    const saved = series && isShown ? this.savedOf(trace, text, series) : undefined;
    return { saved, answerStart: text.start };
  }

  private savedOf(trace: Trace, text: TraceText, series: SavedLogprobs): SavedScores {
    const known = this.views.get(trace) ?? { series, view: savedView(text, series) };
    this.views.set(trace, known);
    return known;
  }

  private readingOf(document: TextDocument, content: TraceFile): Reading {
    const known = this.readings.get(document);
    if (known?.content === content && known.version === document.version) return known;
    const { version } = document;
    const places = this.traces.sourceMapOf(document.getText());
    const reading = { content, version, places, inside: new Map<number, Inside>() };
    this.readings.set(document, reading);
    return reading;
  }

  private insideOf({ content, places, inside }: Reading, { uri }: TextDocument, index: number) {
    const known = inside.get(index);
    if (known) return known;
    const trace = content.traces[index]!;
    const text = TraceText.shown(trace);
    const made: Inside = {
      file: uri,
      // The number distinguishes a file that was read again from its earlier content.
      text: {
        uri: Uri.from({ scheme: SCHEME, path: uri.path, query: `${++this.made}` }),
        version: 1,
        getText: () => text.text,
      },
      placed: new TraceSourceMap(text, places.partsOf(trace)),
    };
    inside.set(index, made);
    return made;
  }

  /** Closes texts in the engine that have not been shown for the longest time. */
  private hold(inside: Inside): void {
    const key = inside.text.uri.toString();
    this.held.delete(key);
    this.held.set(key, inside);
    for (const [oldest, { text }] of this.held) {
      if (this.held.size <= HELD) break;
      this.held.delete(oldest);
      this.texts.close(text);
    }
  }
}

/** Of a document that is not an open trace: whether it says why its trace cannot be read, which is no text to score. */
function isNoTrace({ uri }: TextDocument): boolean {
  return uri.scheme === TRACE_SCHEME;
}
