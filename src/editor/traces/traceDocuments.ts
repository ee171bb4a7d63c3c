// Each reasoning trace as a read-only document of its own. The file that it is from is never changed.
import { basename } from 'node:path';
import {
  EventEmitter,
  FileSystemError,
  Uri,
  window,
  workspace,
  type Disposable,
  type Memento,
  type TextDocument,
} from 'vscode';
import type { JsonSourceMap } from '../../core/traces/jsonSourceMap';
import { PLAIN, type Trace, type TraceFile } from '../../core/traces/trace';
import { TraceText } from '../../core/traces/traceText';
import { Cancelled, UserError } from '../../core/errors';
import type { Engine } from '../engine/engineClient';
import { choose } from '../ui/messages';
import { plainText } from '../ui/plainText';

export const TRACE_SCHEME = 'tokenscope-trace';
const KEY = 'traceFiles';

/** Larger files are refused: a file is held in memory whole. */
const MAX_BYTES = 512 << 20;

/** A text from which rollouts can start: a trace, or a branch of one. */
export interface WrittenText {
  readonly trace: Pick<Trace, 'target' | 'isRight'>;
  readonly text: TraceText;
}

export interface OpenTrace extends WrittenText {
  readonly file: Uri;
  readonly index: number;
  readonly trace: Trace;
}

/** A file whose traces are listed; one that was open before a reload is read when it is looked at. */
export interface ListedFile {
  readonly file: Uri;
  readonly content?: TraceFile;
  /** Why it cannot be read any more. */
  readonly problem?: string;
  /** A plain text: the user said so where it bears no sign of reasoning. */
  readonly isText?: boolean;
}

/** In the address of a trace's document. */
interface TraceQuery {
  readonly file: string;
  readonly index: number;
}

/** Over a reload. */
interface Remembered {
  readonly address: string;
  readonly isText: boolean;
}

export class TraceDocuments {
  private readonly changed = new EventEmitter<void>();
  /** A file was opened, closed, or read again. */
  readonly onDidChange = this.changed.event;
  private readonly listed = new Map<string, ListedFile>();
  /** The files of editors whose trace cannot be read any more, by the editors' addresses. */
  private readonly unreadable = new Map<string, Uri>();
  private readonly reading = new Map<string, Promise<TraceFile>>();
  private readonly texts = new Map<string, OpenTrace>();
  private readonly textChanged = new EventEmitter<Uri>();
  private readonly registration: Disposable;
  private readonly listeners: Disposable[];
  /** Loaded with the first file. */
  private sourceMaps: { readonly JsonSourceMap: new (text: string) => JsonSourceMap } | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly memento: Memento,
    onError: (error: unknown) => void,
  ) {
    for (const { address, isText } of memento.get<readonly Remembered[]>(KEY) ?? []) {
      this.listed.set(address, { file: Uri.parse(address, true), isText });
    }
    this.listeners = [
      workspace.onDidSaveTextDocument(({ uri }) => {
        // A file that holds no trace any more says so when it is opened.
        if (this.contentOf(uri)) this.load(uri).catch(onError);
      }),
      workspace.onDidCloseTextDocument(({ uri, isClosed }) => {
        // See `DocumentSync`.
        if (!isClosed) return;
        this.texts.delete(uri.toString());
        this.unreadable.delete(uri.toString());
      }),
    ];
    this.registration = workspace.registerTextDocumentContentProvider(TRACE_SCHEME, {
      onDidChange: this.textChanged.event,
      provideTextDocumentContent: uri => this.contentFor(uri),
    });
  }

  get files(): readonly ListedFile[] {
    return [...this.listed.values()];
  }

  /** Undefined for a file that is not open as traces. */
  contentOf(file: Uri): TraceFile | undefined {
    return this.listed.get(file.toString())?.content;
  }

  /** Where the strings of a file's traces are, for the text of a file that was read. */
  sourceMapOf(text: string): JsonSourceMap {
    return new this.sourceMaps!.JsonSourceMap(text);
  }

  /** Undefined for a document that is not a trace. */
  traceOf(document: TextDocument | undefined): OpenTrace | undefined {
    return document && this.texts.get(document.uri.toString());
  }

  /** Reads a file. Throws `UserError` if it is gone or holds no trace; a file that is listed then says so. */
  async load(file: Uri): Promise<TraceFile> {
    try {
      return await this.read(file);
    } catch (error) {
      const address = file.toString();
      const known = this.listed.get(address);
      if (error instanceof UserError && known) {
        const { isText = false } = known;
        this.listed.set(address, { file, problem: error.message, isText });
        this.changed.fire();
      }
      throw error;
    }
  }

  /** What was read of a file, which is read where it was not: once, however many ask. */
  contentNow(file: Uri): Promise<TraceFile> {
    const known = this.contentOf(file);
    if (known) return Promise.resolve(known);
    const address = file.toString();
    const reading =
      this.reading.get(address) ?? this.load(file).finally(() => this.reading.delete(address));
    this.reading.set(address, reading);
    return reading;
  }

  private async read(file: Uri): Promise<TraceFile> {
    const size = await sizeOf(file);
    if (size > MAX_BYTES) {
      throw new UserError(
        `${basename(file.path)} is ${Math.round(size / 2 ** 20)} MB; the limit for traces is 512 MB. Split it first, for example with \`head\`.`,
      );
    }
    const bytes = withoutMark(await workspace.fs.readFile(file));
    const content = await this.tracesIn(file, bytes);
    this.sourceMaps ??= await import('../../core/traces/jsonSourceMap');
    this.listed.set(file.toString(), { file, content, isText: content.format === PLAIN });
    this.remember();
    // Documents that show the file's earlier content are asked for again.
    for (const [address, open] of this.texts) {
      if (open.file.toString() !== file.toString()) continue;
      const trace = content.traces[open.index];
      if (trace) this.texts.set(address, { ...open, trace, text: TraceText.shown(trace) });
      else this.texts.delete(address);
      this.textChanged.fire(Uri.parse(address, true));
    }
    for (const [address, other] of this.unreadable) {
      if (other.toString() === file.toString()) this.textChanged.fire(Uri.parse(address, true));
    }
    this.changed.fire();
    return content;
  }

  /** A plain text without a sign of reasoning is read if the user says so, now or when it was read before. */
  private async tracesIn(file: Uri, bytes: Uint8Array): Promise<TraceFile> {
    const ask = (as?: 'text') =>
      this.engine.call(({ remote }) =>
        remote.readTraces({ name: basename(file.path), bytes, ...(as && { as }) }),
      );
    let content = await ask();
    if ('refused' in content) {
      if (!this.listed.get(file.toString())?.isText && !(await isText(content.refused)))
        throw new Cancelled();
      content = await ask('text');
    }
    if ('refused' in content) throw new UserError(content.refused);
    return content;
  }

  close(file: Uri): void {
    this.listed.delete(file.toString());
    this.remember();
    this.changed.fire();
  }

  async show(file: Uri, index: number, preview = true): Promise<void> {
    const trace = await this.traceAt(file, index);
    const query = JSON.stringify({ file: file.toString(), index } satisfies TraceQuery);
    const name = plainText(trace.id).replace(/[\\/:?#]/g, ' ');
    const uri = Uri.from({
      scheme: TRACE_SCHEME,
      path: `/${basename(file.path)} ${name}.trace`,
      query,
    });
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview });
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.registration.dispose();
    this.textChanged.dispose();
    this.changed.dispose();
  }

  private remember(): void {
    const files = [...this.listed].map(([address, { isText = false }]): Remembered => ({
      address,
      isText,
    }));
    void this.memento.update(KEY, files);
  }

  private async traceAt(file: Uri, index: number): Promise<Trace> {
    const content = await this.contentNow(file);
    const trace = content.traces[index];
    if (trace) return trace;
    throw new UserError(
      `${basename(file.path)} has ${content.traces.length} traces now, and none with number ${index + 1}.`,
    );
  }

  /** The trace's text, or why it cannot be read any more. An editor may be restored before its file was read. */
  private async contentFor(uri: Uri): Promise<string> {
    const address = uri.toString();
    const known = this.texts.get(address);
    if (known) return known.text.text;
    const { file: fileAddress, index } = queryOf(uri);
    const file = Uri.parse(fileAddress, true);
    try {
      const trace = await this.traceAt(file, index);
      const open = { file, index, trace, text: TraceText.shown(trace) };
      this.texts.set(address, open);
      this.unreadable.delete(address);
      return open.text.text;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.unreadable.set(address, file);
      return error.message;
    }
  }
}

/** Which trace a document shows, by its address. */
export function queryOf({ query }: Uri): TraceQuery {
  return JSON.parse(query) as TraceQuery;
}

/** Asks whether what was refused is to be opened all the same. */
async function isText(refused: string): Promise<boolean> {
  return (await choose(`${refused} Open as a text trace?`, 'Open as Text')) !== undefined;
}

/** Throws `UserError` if the file is gone. */
async function sizeOf(file: Uri): Promise<number> {
  try {
    return (await workspace.fs.stat(file)).size;
  } catch (error) {
    if (!(error instanceof FileSystemError) || error.code !== 'FileNotFound') throw error;
    throw new UserError(
      `${basename(file.path)} was moved, renamed or deleted. Open its traces from the new location, or close them in the Reasoning Traces view.`,
    );
  }
}

/** VS Code's documents begin after a byte order mark, and so must the offsets of what is read. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  const hasMark = [0xef, 0xbb, 0xbf].every((byte, i) => bytes[i] === byte);
  return hasMark ? bytes.subarray(3) : bytes;
}
