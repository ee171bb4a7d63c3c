// Tabs whose headers take another line where the page is too narrow for them, so that none is cut off.
import '@vscode-elements/elements/dist/vscode-tab-header/index.js';
import '@vscode-elements/elements/dist/vscode-tab-panel/index.js';
import { VscodeTabs } from '@vscode-elements/elements/dist/vscode-tabs/index.js';
import { css } from 'lit';

class WrappingTabs extends VscodeTabs {
  static override styles = [
    VscodeTabs.styles,
    css`
      .header {
        flex-wrap: wrap;
      }
      /* The headers and what is beside them share the lines. */
      .tablist,
      .tablist slot {
        display: contents;
      }
      slot[name='addons'] {
        flex: 1 1 0;
        min-width: min-content;
      }
    `,
  ];
}

customElements.define('wrapping-tabs', WrappingTabs);
