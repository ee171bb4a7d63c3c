// The inspector's page: draws what the editor sends, and sends the editor what the reader chooses.
import 'vscode-jsonrpc/browser';
import { render } from 'lit';
import { connect } from '../src/protocol/channel';
import {
  hostMethods,
  SELECT_TAB,
  SHOW,
  TAB,
  type HostApi,
  type InspectorState,
  type TabId,
  type TabMessage,
} from '../src/protocol/page';
import { pageConnection } from '../src/protocol/pageConnection';
import { inspectorTemplate } from './inspector';
import { firstLook, statesAfterChange, type KnownStates, type Look } from './page';
import { drawKeepingFocus } from './parts/roving';
import { tabs } from './tabs/tabs';
import { visibleTexts } from './visibleTexts';

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): Look | undefined;
  setState(look: Look): void;
};

const vscode = acquireVsCodeApi();
const connection = pageConnection({
  post: message => vscode.postMessage(message),
  listen(receive) {
    const onMessage = (event: MessageEvent) => receive(event.data);
    window.addEventListener('message', onMessage);
    return { dispose: () => window.removeEventListener('message', onMessage) };
  },
});
const host = connect<HostApi>(connection, hostMethods);
let shared: InspectorState | undefined;
let states: KnownStates = {};
let look = rememberedLook();

/** Another version of the page may have remembered a tab that this one does not have. */
function rememberedLook(): Look {
  const remembered = { ...firstLook, ...vscode.getState() };
  return remembered.tab in tabs ? remembered : { ...remembered, tab: firstLook.tab };
}

function change(changed: Partial<Look>, announcement = ''): void {
  look = { ...look, ...changed };
  vscode.setState(look);
  sendLook();
  document.getElementById('said')!.textContent = announcement;
  draw();
}

function sendLook(): void {
  const { tab, typed, choice } = look;
  void host.look({ tab, typed, choice });
}

function draw(): void {
  if (!shared) return;
  const template = inspectorTemplate({
    shared,
    states,
    look,
    change,
    run: command => void host.run({ command }),
    feature: params => void host.feature(params),
    open: params => void host.open(params),
    select: params => void host.select(params),
  });
  const root = document.getElementById('inspector')!;
  drawKeepingFocus(() => render(template, root), shared.cursorTokens);
}

connection.onNotification(SHOW, (state: InspectorState) => {
  shared = visibleTexts(state);
  states = statesAfterChange(states, look.tab);
  draw();
});
connection.onNotification(TAB, ({ tab, source, state }: TabMessage) => {
  states = { ...states, [tab]: { source, state: visibleTexts(state) } };
  draw();
});
connection.onNotification(SELECT_TAB, (tab: TabId) => {
  if (tab !== look.tab) change({ tab });
});
connection.listen();
sendLook();
void host.ready({});
