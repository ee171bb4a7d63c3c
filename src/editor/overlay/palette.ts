// The decoration types, made once. Colours are the theme's and the user's (contributes.colors). The highest steps
// of heat have a line below the token, too; in high contrast themes, whose colours have no fill, every step has its own.
import {
  DecorationRangeBehavior,
  OverviewRulerLane,
  ThemeColor,
  window,
  type DecorationRenderOptions,
  type TextEditorDecorationType,
} from 'vscode';
import type { Scale } from '../../core/lenses/scale';
import { stepLooks, type StepLook } from '../../core/lenses/steps';
import type { WhitespaceKind } from './decorationRanges';

const MARKS: Record<WhitespaceKind, { text: string; at: 'before' | 'after' }> = {
  space: { text: '·', at: 'before' },
  tab: { text: '→', at: 'before' },
  lineEnd: { text: '↵', at: 'after' },
};

export class Palette {
  private readonly types = stepTypes(styleOf);
  /** For diff editors, whose own colours are fills: lines alone. Made when the first is drawn. */
  private lineTypes: StepTypes | undefined;
  /** The second tokenizer's tokens, alternating; unlike shades, the lines differ without colour. */
  readonly second = ['solid', 'dotted'].map(style =>
    typeOf({
      borderStyle: style,
      borderWidth: '0 0 3px 0',
      borderColor: color('secondTokenLine'),
    }),
  );
  readonly split = typeOf({
    borderStyle: 'dotted',
    borderWidth: '1px',
    borderColor: color('tokenBorder'),
  });
  readonly blanks = {
    space: blankType('space'),
    tab: blankType('tab'),
    lineEnd: blankType('lineEnd'),
  };

  /** The decoration type of every step of a scale. */
  steps({ kind }: Scale, isInDiff: boolean): readonly TextEditorDecorationType[] {
    if (!isInDiff) return this.types[kind];
    this.lineTypes ??= stepTypes(look => ({ ...styleOf(look), backgroundColor: 'transparent' }));
    return this.lineTypes[kind];
  }

  get all(): readonly TextEditorDecorationType[] {
    return [
      ...Object.values(this.types).flat(),
      ...Object.values(this.lineTypes ?? {}).flat(),
      ...this.second,
      this.split,
      ...Object.values(this.blanks),
    ];
  }

  dispose(): void {
    for (const type of this.all) type.dispose();
  }
}

/** [kind of scale][step] */
type StepTypes = Record<Scale['kind'], TextEditorDecorationType[]>;

function stepTypes(style: (look: StepLook) => DecorationRenderOptions): StepTypes {
  const types = Object.entries(stepLooks).map(([kind, looks]) => [
    kind,
    looks.map(look => typeOf(look ? style(look) : {})),
  ]);
  return Object.fromEntries(types) as StepTypes;
}

/** Text typed at the end of a token does not belong to it: the decoration must not grow. */
function typeOf(options: DecorationRenderOptions): TextEditorDecorationType {
  const rangeBehavior = DecorationRangeBehavior.ClosedClosed;
  return window.createTextEditorDecorationType({ ...options, rangeBehavior });
}

const BORDER_WIDTHS: Record<StepLook['side'], (width: string) => string> = {
  bottom: width => `0 0 ${width} 0`,
  top: width => `${width} 0 0 0`,
  left: width => `0 0 0 ${width}`,
};

function styleOf({
  background,
  border,
  side,
  width,
  line,
  ruler,
}: StepLook): DecorationRenderOptions {
  return {
    backgroundColor: color(background),
    borderWidth: BORDER_WIDTHS[side](`${width}px`),
    borderStyle: line,
    borderColor: color(border),
    ...(ruler && {
      overviewRulerColor: color(border),
      overviewRulerLane: ruler === 'left' ? OverviewRulerLane.Left : OverviewRulerLane.Right,
    }),
  };
}

function blankType(kind: WhitespaceKind): TextEditorDecorationType {
  const { text, at } = MARKS[kind];
  return typeOf({
    [at]: {
      contentText: text,
      color: color('whitespaceForeground'),
      // Over the blank, so that the text is not pushed aside.
      textDecoration: 'none; position: absolute; pointer-events: none',
    },
  });
}

function color(name: string): ThemeColor {
  return new ThemeColor(`tokenscope.${name}`);
}
