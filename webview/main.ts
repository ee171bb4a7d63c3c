// The inspector's page: draws what the editor tells, and tells the editor what was chosen.
import 'vscode-jsonrpc/browser';
import { render } from 'lit';
import { connect } from '../src/protocol/channel';
import {
  FEATURES,
  hostMethods,
  LIST,
  NEXT,
  pageConnection,
  SHOW,
  type FeaturesState,
  type HostApi,
  type InspectorState,
  type NextByteState,
  type VisibleTokens,
} from '../src/protocol/page';
import { inspectorTemplate } from './inspector';
import { firstLook, tabOf, type Look } from './page';
import { drawKeepingFocus } from './parts/roving';

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): Look | undefined;
  setState(look: Look): void;
};

const vscode = acquireVsCodeApi();
const connection = pageConnection({
  post: message => vscode.postMessage(message),
  listen(receive) {
    const hear = (event: MessageEvent) => receive(event.data);
    window.addEventListener('message', hear);
    return { dispose: () => window.removeEventListener('message', hear) };
  },
});
const host = connect<HostApi>(connection, hostMethods);
let state: InspectorState | undefined;
let list: VisibleTokens | null = null;
let next: NextByteState | null = null;
let features: FeaturesState | null = null;
let look = { ...firstLook, ...vscode.getState() };

function change(changed: Partial<Look>, said = ''): void {
  look = { ...look, ...changed };
  vscode.setState(look);
  tellLook();
  document.getElementById('said')!.textContent = said;
  draw();
}

function tellLook(): void {
  void host.look({ tab: tabOf(look), typed: look.typed, choice: look.choice });
}

function draw(): void {
  if (!state) return;
  const template = inspectorTemplate({
    state,
    list,
    next,
    features,
    look,
    change,
    run: command => void host.run({ command }),
    feature: params => void host.feature(params),
    open: params => void host.open(params),
    select: params => void host.select(params),
  });
  const { tokens } = state;
  const cursor = tokens ? Array.from(tokens.ids, (_, row) => tokens.first + row) : [];
  drawKeepingFocus(() => render(template, document.getElementById('inspector')!), cursor);
}

connection.onNotification(SHOW, (told: InspectorState) => {
  state = told;
  draw();
});
connection.onNotification(LIST, (told: VisibleTokens | null) => {
  list = told;
  draw();
});
connection.onNotification(NEXT, (told: NextByteState | null) => {
  next = told;
  draw();
});
connection.onNotification(FEATURES, (told: FeaturesState | null) => {
  features = told;
  draw();
});
connection.listen();
tellLook();
void host.ready({});
