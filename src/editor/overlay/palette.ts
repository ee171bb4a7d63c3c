// The decoration types, made once. Colours are the theme's and the user's (contributes.colors). Heat shows without
// colour, too: the style of the line below a token changes with the step.
import {
  DecorationRangeBehavior,
  OverviewRulerLane,
  ThemeColor,
  window,
  type DecorationRenderOptions,
  type TextEditorDecorationType,
} from 'vscode';
import { CHANNEL_STEPS, CHANNELS } from '../../core/sae/featureValues';
import { DIVERGING_STEPS, HEAT_STEPS, type Scale } from '../../core/lenses/scale';
import type { WhitespaceKind } from './decorationRanges';

/** The line below a token at each step of heat: width and style. */
const LINES = [
  '',
  '1px dotted',
  '1px dotted',
  '1px dashed',
  '2px dotted',
  '2px dashed',
  '2px solid',
  '4px double',
];

/** Negative values are cool and have their line above the text, positive ones are hot and have it below. */
const DIVERGING = ['less4', 'less3', 'less2', 'less1', '', 'heat2', 'heat4', 'heat6', 'heat7'];
const ABOVE = ['', '1px dotted', '1px dashed', '2px solid', '4px double'];

const MARKS: Record<WhitespaceKind, { text: string; at: 'before' | 'after' }> = {
  space: { text: '·', at: 'before' },
  tab: { text: '→', at: 'before' },
  lineEnd: { text: '↵', at: 'after' },
};

export class Palette {
  private readonly shades = ['evenToken', 'oddToken'].map(name =>
    typeOf({
      backgroundColor: color(`${name}Background`),
      borderStyle: 'solid',
      borderWidth: '0 0 0 1px',
      borderColor: color('tokenBorder'),
    }),
  );
  private readonly heat = Array.from({ length: HEAT_STEPS }, (_, step) =>
    typeOf(step === 0 ? {} : heatStyle(step)),
  );
  private readonly diverging = Array.from({ length: DIVERGING_STEPS }, (_, step) =>
    typeOf(divergingStyle(DIVERGING[step]!)),
  );
  /** A colour and a line for each channel; a stronger feature has a thicker line. */
  private readonly channels = Array.from({ length: CHANNELS * CHANNEL_STEPS }, (_, step) =>
    typeOf(channelStyle(Math.floor(step / CHANNEL_STEPS), step % CHANNEL_STEPS)),
  );
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
  steps(scale: Scale): readonly TextEditorDecorationType[] {
    if (scale.kind === 'alternate') return this.shades;
    if (scale.kind === 'channels') return this.channels;
    return scale.kind === 'heat' ? this.heat : this.diverging;
  }

  get all(): readonly TextEditorDecorationType[] {
    return [
      ...this.shades,
      ...this.heat,
      ...this.diverging,
      ...this.channels,
      ...this.second,
      this.split,
      ...Object.values(this.blanks),
    ];
  }

  dispose(): void {
    for (const type of this.all) type.dispose();
  }
}

/** Text typed at the end of a token does not belong to it: the decoration must not grow. */
function typeOf(options: DecorationRenderOptions): TextEditorDecorationType {
  const rangeBehavior = DecorationRangeBehavior.ClosedClosed;
  return window.createTextEditorDecorationType({ ...options, rangeBehavior });
}

function heatStyle(step: number) {
  const [width = '', style = ''] = LINES[step]!.split(' ');
  return {
    backgroundColor: color(`heat${step}Background`),
    borderWidth: `0 0 ${width} 0`,
    borderStyle: style,
    borderColor: color(`heat${step}Border`),
    ...(step === HEAT_STEPS - 1
      ? {
          overviewRulerColor: color(`heat${step}Border`),
          overviewRulerLane: OverviewRulerLane.Right,
        }
      : {}),
  };
}

function divergingStyle(name: string) {
  const step = Number(name.at(-1));
  if (name === '' || name.startsWith('heat')) return name === '' ? {} : heatStyle(step);
  const [width = '', style = ''] = ABOVE[step]!.split(' ');
  return {
    backgroundColor: color(`${name}Background`),
    borderWidth: `${width} 0 0 0`,
    borderStyle: style,
    borderColor: color(`${name}Border`),
    ...(step === ABOVE.length - 1
      ? {
          overviewRulerColor: color(`${name}Border`),
          overviewRulerLane: OverviewRulerLane.Left,
        }
      : {}),
  };
}

/** Channels differ without colour, by the place and the style of the line. */
export const CHANNEL_LINES = ['solid', 'dashed', 'dotted'] as const;

function channelStyle(channel: number, step: number) {
  const width = `${[1, 2, 4][step]}px`;
  return {
    backgroundColor: color(`channel${channel + 1}Background`),
    borderWidth: channel < CHANNEL_LINES.length ? `0 0 ${width} 0` : `${width} 0 0 0`,
    borderStyle: CHANNEL_LINES[channel % CHANNEL_LINES.length]!,
    borderColor: color(`channel${channel + 1}Border`),
    overviewRulerColor: color(`channel${channel + 1}Border`),
    overviewRulerLane: OverviewRulerLane.Right,
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
