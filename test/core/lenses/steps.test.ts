import { describe, expect, it } from 'vitest';
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
