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
});
