import { describe, expect, it, test } from 'vitest';
import { DIVERGING_STEPS, HEAT_STEPS } from '../../../src/core/lenses/scale';
import {
  stepColours,
  stepLooks,
  terminalHeat,
  terminalShades,
  type StepLook,
} from '../../../src/core/lenses/steps';
import { CHANNEL_STEPS, CHANNELS } from '../../../src/core/sae/featureValues';

const lineOf = ({ side, line, width }: StepLook) => `${side} ${width} ${line}`;

describe('the looks of the steps', () => {
  it('have one entry for every step of a scale', () => {
    expect(stepLooks.alternate).toHaveLength(2);
    expect(stepLooks.heat).toHaveLength(HEAT_STEPS);
    expect(stepLooks.diverging).toHaveLength(DIVERGING_STEPS);
    expect(stepLooks.channels).toHaveLength(CHANNELS * CHANNEL_STEPS);
    expect(terminalHeat).toHaveLength(HEAT_STEPS);
    expect(terminalShades).toHaveLength(2);
  });

  it('leave the neutral step unpainted, and no other', () => {
    const unpainted = Object.values(stepLooks).map(steps => steps.indexOf(null));
    expect(unpainted).toEqual([-1, 0, (DIVERGING_STEPS - 1) / 2, -1]);
    expect(
      Object.values(stepLooks)
        .flat()
        .filter(look => look === null),
    ).toHaveLength(2);
  });

  it('tell channels and differences apart without colour', () => {
    for (const steps of [stepLooks.diverging, stepLooks.channels]) {
      const lines = steps.flatMap(look => (look ? [lineOf(look)] : []));
      expect(new Set(lines).size).toBe(lines.length);
    }
  });

  it('use every colour of the table', () => {
    const used = new Set(
      Object.values(stepLooks)
        .flat()
        .flatMap(look => (look ? [look.border, look.background] : [])),
    );
    for (const name of Object.keys(stepColours)) {
      expect(used).toContain(`${name}Background`);
      expect(used).toContain(`${name}Border`);
    }
  });

  it('have a background and a border of their own in every kind of theme', () => {
    for (const [name, { what, ...themes }] of Object.entries(stepColours)) {
      expect(what).not.toBe('');
      for (const [theme, colours] of Object.entries(themes)) {
        expect([name, theme, colours.length]).toEqual([name, theme, 2]);
        for (const colour of colours) expect(colour).toMatch(/^#[0-9a-f]{6}(?:[0-9a-f]{2})?$/);
        // Something of it is seen.
        expect(colours.some(colour => !/^#.{6}00$/.test(colour))).toBe(true);
      }
    }
  });

  it('have a line that is the thicker the more they say', () => {
    const widths = (looks: readonly (StepLook | null)[]) => looks.map(look => look?.width ?? 0);
    const ascending = (widths: number[]) => [...widths].sort((a, b) => a - b);
    expect(widths(stepLooks.heat)).toEqual(ascending(widths(stepLooks.heat)));
    const { diverging, channels } = stepLooks;
    const middle = (DIVERGING_STEPS - 1) / 2;
    const [less, more] = [diverging.slice(0, middle).reverse(), diverging.slice(middle + 1)];
    for (const side of [less, more]) expect(widths(side)).toEqual(ascending(widths(side)));
    for (let channel = 0; channel < CHANNELS; channel++) {
      const own = channels.slice(channel * CHANNEL_STEPS, (channel + 1) * CHANNEL_STEPS);
      expect(new Set(own.map(look => look!.background))).toEqual(
        new Set([`channel${channel + 1}Background`]),
      );
      expect(widths(own)).toEqual(ascending(widths(own)));
      expect(new Set(widths(own)).size).toBe(CHANNEL_STEPS);
    }
    // Less and more are on two sides, in the text as in the ruler.
    expect(new Set(less.map(look => look!.side))).toEqual(new Set(['top']));
    expect(new Set(more.map(look => look!.side))).toEqual(new Set(['bottom']));
    expect([less.at(-1)!.ruler, more.at(-1)!.ruler]).toEqual(['left', 'right']);
  });
});

/** WCAG 2.2: relative luminance, and the contrast of two. */
const luminance = (colour: readonly number[]) => {
  const [r, g, b] = colour.map(value => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
};
const contrast = (a: readonly number[], b: readonly number[]) => {
  const [low, high] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (high! + 0.05) / (low! + 0.05);
};
const channels = (hex: string) => [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16));
/** A colour with its opacity over a background. */
const over = (hex: string, background: string) => {
  const opacity = parseInt(hex.slice(7, 9), 16) / 255;
  const below = channels(background);
  return channels(hex).map((value, i) => opacity * value + (1 - opacity) * below[i]!);
};

// Of Light Modern and Dark Modern: their weakest colour of text has 4.6 and 5.0 on the plain background.
test.each([
  [
    'light',
    '#ffffff',
    ['#3b3b3b', '#0000ff', '#a31515', '#008000', '#795e26', '#267f99', '#af00db', '#098658'],
  ],
  [
    'dark',
    '#1f1f1f',
    ['#cccccc', '#569cd6', '#ce9178', '#6a9955', '#dcdcaa', '#4ec9b0', '#c586c0', '#b5cea8'],
  ],
] as const)(
  'text keeps a contrast of 3 over every step of heat in the %s theme',
  (theme, background, texts) => {
    for (let step = 1; step < HEAT_STEPS; step++) {
      const fill = over(stepColours[`heat${step}`]![theme][0], background);
      const least = Math.min(...texts.map(text => contrast(channels(text), fill)));
      expect(least, `step ${step}`).toBeGreaterThan(3);
    }
  },
);
