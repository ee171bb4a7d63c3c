// How the steps of each scale look: their colours, and the lines that tell them apart without colour. The
// decorations and the command line import this table; the manifest's colours and `webview/parts/heat.css` are
// generated from it (test/docs/heat.mjs).
import { CHANNEL_STEPS, CHANNELS } from '../sae/featureValues';
import type { Scale } from './scale';

export interface StepLook {
  /** Ids of its colours in the manifest, without `tokenscope.`. */
  readonly background: string;
  readonly border: string;
  /** Where the line is drawn, its style, and its width in pixels. */
  readonly side: 'bottom' | 'top' | 'left';
  readonly line: 'solid' | 'dashed' | 'dotted' | 'double';
  readonly width: number;
  /** The lane of its mark in the overview ruler, if it has one. */
  readonly ruler?: 'left' | 'right';
}

/** `name` is a key of `stepColours`. */
function look(
  name: string,
  side: StepLook['side'],
  width: number,
  line: StepLook['line'],
  ruler?: StepLook['ruler'],
): StepLook {
  const colours = { background: `${name}Background`, border: `${name}Border` };
  return { ...colours, side, width, line, ...(ruler && { ruler }) };
}

const heat = [
  look('heat1', 'bottom', 1, 'dotted'),
  look('heat2', 'bottom', 1, 'dotted'),
  look('heat3', 'bottom', 1, 'dashed'),
  look('heat4', 'bottom', 2, 'dotted'),
  look('heat5', 'bottom', 2, 'dashed'),
  look('heat6', 'bottom', 2, 'solid'),
  look('heat7', 'bottom', 4, 'double', 'right'),
] as const;

const shade = (name: string): StepLook => ({
  ...look(name, 'left', 1, 'solid'),
  border: 'tokenBorder',
});

/** Of channels: by channel the side and the style, by strength the width. */
const CHANNEL_LINES = ['solid', 'dashed', 'dotted'] as const;
const CHANNEL_WIDTHS = [1, 2, 4] as const;

/** [step]: null where a step is not painted. Negative steps of a diverging scale are cool and have their line above. */
export const stepLooks: Readonly<Record<Scale['kind'], readonly (StepLook | null)[]>> = {
  alternate: [shade('evenToken'), shade('oddToken')],
  heat: [null, ...heat],
  diverging: [
    look('less4', 'top', 4, 'double', 'left'),
    look('less3', 'top', 2, 'solid'),
    look('less2', 'top', 1, 'dashed'),
    look('less1', 'top', 1, 'dotted'),
    null,
    heat[1],
    heat[3],
    heat[5],
    heat[6],
  ],
  channels: Array.from({ length: CHANNELS * CHANNEL_STEPS }, (_, step) => {
    const channel = Math.floor(step / CHANNEL_STEPS);
    const side = channel < CHANNEL_LINES.length ? 'bottom' : 'top';
    const line = CHANNEL_LINES[channel % CHANNEL_LINES.length]!;
    return look(
      `channel${channel + 1}`,
      side,
      CHANNEL_WIDTHS[step % CHANNEL_STEPS]!,
      line,
      'right',
    );
  }),
};

/** Of a background and a border in dark and light themes, and in their high-contrast counterparts. */
export interface StepColours {
  /** What is coloured, for the manifest's descriptions. */
  readonly what: string;
  readonly dark: readonly [background: string, border: string];
  readonly light: readonly [background: string, border: string];
  readonly highContrast: readonly [background: string, border: string];
  readonly highContrastLight: readonly [background: string, border: string];
}

/** By the stem of the ids. A plain literal, so that bundles that do not use it leave it out. */
export const stepColours: Readonly<Record<string, StepColours>> = {
  heat1: {
    what: 'tokens whose value is low (step 1 of 7)',
    dark: ['#d9b44a1a', '#00000000'],
    light: ['#c79a001a', '#00000000'],
    highContrast: ['#00000000', '#8a8a5c'],
    highContrastLight: ['#00000000', '#7a7340'],
  },
  heat2: {
    what: 'tokens whose value is low to middling (step 2 of 7)',
    dark: ['#e0a83a26', '#00000000'],
    light: ['#d68f0024', '#00000000'],
    highContrast: ['#00000000', '#b8a25c'],
    highContrastLight: ['#00000000', '#7a6420'],
  },
  heat3: {
    what: 'tokens whose value is middling (step 3 of 7)',
    dark: ['#e8953033', '#00000000'],
    light: ['#e07b002e', '#00000000'],
    highContrast: ['#00000000', '#d9a441'],
    highContrastLight: ['#00000000', '#8a5a00'],
  },
  heat4: {
    what: 'tokens whose value is middling to high (step 4 of 7)',
    dark: ['#ee7b2f3d', '#00000000'],
    light: ['#e2620034', '#00000000'],
    highContrast: ['#00000000', '#f08c3a'],
    highContrastLight: ['#00000000', '#9c4a00'],
  },
  heat5: {
    what: 'tokens whose value is high (step 5 of 7)',
    dark: ['#f05f3c47', '#00000000'],
    light: ['#dd3f1438', '#00000000'],
    highContrast: ['#00000000', '#ff6a4d'],
    highContrastLight: ['#00000000', '#b02a00'],
  },
  heat6: {
    what: 'tokens whose value is very high (step 6 of 7)',
    dark: ['#ef466052', '#ff5c7acc'],
    light: ['#cf204a3a', '#b8123ccc'],
    highContrast: ['#00000000', '#ff5c8a'],
    highContrastLight: ['#00000000', '#b00040'],
  },
  heat7: {
    what: 'tokens whose value is highest (step 7 of 7)',
    dark: ['#e33fa55c', '#ff6ec7'],
    light: ['#b3128a3a', '#9a0a74'],
    highContrast: ['#00000000', '#ff6ee7'],
    highContrastLight: ['#00000000', '#8a0078'],
  },
  less1: {
    what: 'characters that cost a second model slightly less (step 1 of 4)',
    dark: ['#4a90d926', '#00000000'],
    light: ['#2f7fd620', '#00000000'],
    highContrast: ['#00000000', '#5c8ab8'],
    highContrastLight: ['#00000000', '#40607a'],
  },
  less2: {
    what: 'characters that cost a second model less (step 2 of 4)',
    dark: ['#3f8fe040', '#3f8fe0cc'],
    light: ['#2473d03a', '#2473d0cc'],
    highContrast: ['#00000000', '#5c9fe0'],
    highContrastLight: ['#00000000', '#20507a'],
  },
  less3: {
    what: 'characters that cost a second model much less (step 3 of 4)',
    dark: ['#2f86e659', '#4f9ff0cc'],
    light: ['#1a66c855', '#1257b0cc'],
    highContrast: ['#00000000', '#6fb4ff'],
    highContrastLight: ['#00000000', '#00458a'],
  },
  less4: {
    what: 'characters that cost a second model very much less (step 4 of 4)',
    dark: ['#2a7cf07a', '#6fb4ff'],
    light: ['#0f57c070', '#0a4a9c'],
    highContrast: ['#00000000', '#9fd0ff'],
    highContrastLight: ['#00000000', '#00357a'],
  },
  channel1: {
    what: 'tokens where pinned feature 1 fires',
    dark: ['#56b4e940', '#56b4e9'],
    light: ['#0072b22e', '#0072b2'],
    highContrast: ['#00000000', '#56b4e9'],
    highContrastLight: ['#00000000', '#0072b2'],
  },
  channel2: {
    what: 'tokens where pinned feature 2 fires',
    dark: ['#f08a4b40', '#f08a4b'],
    light: ['#b347002e', '#b34700'],
    highContrast: ['#00000000', '#f08a4b'],
    highContrastLight: ['#00000000', '#b34700'],
  },
  channel3: {
    what: 'tokens where pinned feature 3 fires',
    dark: ['#3fd0a440', '#3fd0a4'],
    light: ['#007a552e', '#007a55'],
    highContrast: ['#00000000', '#3fd0a4'],
    highContrastLight: ['#00000000', '#007a55'],
  },
  channel4: {
    what: 'tokens where pinned feature 4 fires',
    dark: ['#e29ac440', '#e29ac4'],
    light: ['#a34a842e', '#a34a84'],
    highContrast: ['#00000000', '#e29ac4'],
    highContrastLight: ['#00000000', '#a34a84'],
  },
  channel5: {
    what: 'tokens where pinned feature 5 fires',
    dark: ['#e6c34a40', '#e6c34a'],
    light: ['#8060002e', '#806000'],
    highContrast: ['#00000000', '#e6c34a'],
    highContrastLight: ['#00000000', '#806000'],
  },
  channel6: {
    what: 'tokens where pinned feature 6 fires',
    dark: ['#a99bf540', '#a99bf5'],
    light: ['#5b4bb02e', '#5b4bb0'],
    highContrast: ['#00000000', '#a99bf5'],
    highContrastLight: ['#00000000', '#5b4bb0'],
  },
};

/** [step]: of heat in a terminal, background and foreground of the 256-colour palette; empty where not painted. */
export const terminalHeat: readonly string[] = [
  '',
  '48;5;58',
  '48;5;94',
  '48;5;130',
  '48;5;166',
  '48;5;160',
  '48;5;125;1',
  '48;5;127;1;4',
];

/** [step]: of neighbouring tokens in a terminal. */
export const terminalShades: readonly string[] = ['48;5;24', '48;5;60'];
