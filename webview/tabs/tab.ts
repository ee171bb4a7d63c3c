// A tab of the inspector as the page draws it.
import type { nothing, TemplateResult } from 'lit';
import type { Page } from '../page';

export interface Tab<State> {
  readonly title: string;
  /** The panel; the state is null where there is nothing to draw it from. */
  template(page: Page, state: State | null): TemplateResult;
  /** A line beside the tabs. */
  note?(page: Page, state: State | null): TemplateResult | typeof nothing;
}
