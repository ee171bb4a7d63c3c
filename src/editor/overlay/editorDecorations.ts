// The decorations of an editor: the ranges that a lens colours, by decoration type, and those that are drawn already.
import type { TextEditor, TextEditorDecorationType } from 'vscode';
import type { Lens } from '../../core/lenses/lens';
import type { CharacterView, TokenView } from '../../protocol/scores';
import type { Range16 } from '../../protocol/types';
import { rangeOf } from '../ui/editorRanges';
import { rangesByStep, splitCharacters, whitespaceIn } from './decorationRanges';
import { isInDiff } from './diffEditors';
import type { Palette } from './palette';
import type { ShownText } from './textSource';

/** A view of a range of a text that an editor shows. */
export interface Answer {
  readonly of: ShownText;
  readonly version: number;
  readonly view: TokenView | CharacterView;
}

/** What an editor draws: a key for each decoration type that has ranges. */
export type Drawn = readonly (readonly [type: string, key: string])[];

type RangesByType = ReadonlyMap<TextEditorDecorationType, readonly Range16[]>;

/** Has every type of the palette, so that a type without ranges is cleared. `others`: of the second tokenizer. */
export function rangesByType(
  editor: TextEditor,
  palette: Palette,
  lens: Lens,
  shown: readonly ShownText[],
  answers: readonly Answer[],
  others: readonly Answer[],
): RangesByType {
  const { document } = editor;
  const steps = palette.steps(lens.scale, isInDiff(editor));
  const ranges = new Map(palette.all.map(type => [type, [] as Range16[]]));
  const add = (type: TextEditorDecorationType, { of }: Answer, own: readonly Range16[]) => {
    for (const range of own) ranges.get(type)!.push(...of.placesOf(range));
  };
  for (const answer of answers) {
    for (const [step, own] of rangesByStep(answer.view, lens)) add(steps[step]!, answer, own);
    add(palette.split, answer, splitCharacters(answer.view));
  }
  for (const answer of others) {
    for (const [step, own] of rangesByStep(answer.view, lens))
      add(palette.second[step]!, answer, own);
  }
  const whitespace = lens.showsWhitespace ? shown : [];
  const visible = whitespace.flatMap(each => each.visible.flatMap(range => each.placesOf(range)));
  for (const range of visible) {
    const text = document.getText(rangeOf(document, range));
    for (const { kind, utf16 } of whitespaceIn(text, range.utf16Start)) {
      ranges.get(palette.blanks[kind])!.push({ utf16Start: utf16, utf16End: utf16 });
    }
  }
  return ranges;
}

/** Remembers what an editor draws, and sends only what differs. */
export class EditorDecorations {
  private readonly keys = new Map<TextEditorDecorationType, string>();

  constructor(private readonly editor: TextEditor) {}

  get drawn(): Drawn {
    return [...this.keys].filter(([, key]) => key !== '').map(([type, key]) => [type.key, key]);
  }

  clear(): void {
    this.draw(new Map(Array.from(this.keys.keys(), type => [type, []])));
  }

  draw(wanted: RangesByType): void {
    const { document } = this.editor;
    for (const [type, ranges] of wanted) {
      // An edit moves what is drawn, so equal offsets are compared within one version only.
      const offsets = ranges.map(({ utf16Start, utf16End }) => `${utf16Start}-${utf16End}`);
      const key = ranges.length > 0 ? `${document.version}:${offsets.join()}` : '';
      if ((this.keys.get(type) ?? '') === key) continue;
      this.keys.set(type, key);
      this.editor.setDecorations(
        type,
        ranges.map(range => rangeOf(document, range)),
      );
    }
  }
}
