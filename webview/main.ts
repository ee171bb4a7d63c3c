// The inspector's page: asks the editor what to show, and draws whatever it is told next.
import 'vscode-jsonrpc/browser';
import { render } from 'lit';
import { connect } from '../src/protocol/channel';
import {
  hostMethods,
  pageConnection,
  SHOW,
  type HostApi,
  type InspectorState,
} from '../src/protocol/page';
import { inspectorTemplate } from './inspector';

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

const page = acquireVsCodeApi();
const connection = pageConnection({
  post: message => page.postMessage(message),
  listen(receive) {
    const hear = (event: MessageEvent) => receive(event.data);
    window.addEventListener('message', hear);
    return { dispose: () => window.removeEventListener('message', hear) };
  },
});
const host = connect<HostApi>(connection, hostMethods);

const draw = (state: InspectorState) => {
  const template = inspectorTemplate(state, command => void host.run({ command }));
  render(template, document.getElementById('inspector')!);
};
connection.onNotification(SHOW, draw);
connection.listen();
void host.ready({}).then(draw);
