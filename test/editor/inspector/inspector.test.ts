// What the inspector's page is sent, and when: the page is a connection to the other end.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WebviewView } from 'vscode';
import { Inspector } from '../../../src/editor/inspector/inspector';
import type { InspectorServices } from '../../../src/editor/inspector/tabs/tab';
import { connect } from '../../../src/protocol/channel';
import { hostMethods, SELECT_TAB, SHOW, TAB, type HostApi } from '../../../src/protocol/page';
import { pageConnection } from '../../../src/protocol/pageConnection';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { EventEmitter, fake, window } from '../../support/vscode';

let document: FakeDocument;
let visible: boolean;
let askedFor: boolean;
let sent: [name: string, message: unknown][];
let errors: unknown[];
let inspector: Inspector;
let host: ReturnType<typeof connect<HostApi>>;
let visibility: EventEmitter<void>;
let featuresChanged: EventEmitter<void>;
let featuresReopened: EventEmitter<void>;

beforeEach(() => {
  vi.useFakeTimers();
  document = new FakeDocument('one two');
  window.activeTextEditor = new FakeEditor(document);
  [visible, askedFor, sent, errors] = [true, false, [], []];
  visibility = new EventEmitter();
  [featuresChanged, featuresReopened] = [new EventEmitter(), new EventEmitter()];
  const [toPage, toHost] = [new EventEmitter<unknown>(), new EventEmitter<unknown>()];
  const view = {
    get visible() {
      return visible;
    },
    onDidChangeVisibility: visibility.event,
    webview: {
      postMessage: (message: unknown) => toPage.fire(message),
      onDidReceiveMessage: toHost.event,
    },
  } as unknown as WebviewView;
  const never = () => ({ dispose: () => {} });
  const services = {
    engine: { state: { kind: 'starting' }, second: null, onDidChangeState: never },
    queries: { passes: { onDidScore: never } },
    state: {
      onDidChange: never,
      lensId: 'surprisal',
      lens: { scale: {} },
      isOn: true,
      pins: [],
    },
    features: {
      onDidChange: featuresChanged.event,
      onDidReopen: featuresReopened.event,
      takeRequest() {
        const was = askedFor;
        askedFor = false;
        return was;
      },
    },
    rollouts: { onDidChange: never },
  } as unknown as InspectorServices;
  const fail = (error: unknown) => errors.push(error);
  inspector = new Inspector(view, services, fail, fail);
  const page = pageConnection({
    post: message => toHost.fire(message),
    listen: receive => toPage.event(receive),
  });
  for (const name of [SHOW, TAB, SELECT_TAB])
    page.onNotification(name, (message: unknown) => void sent.push([name, message]));
  page.listen();
  host = connect<HostApi>(page, hostMethods);
});
afterEach(() => {
  inspector.dispose();
  window.activeTextEditor = undefined;
  fake.unsetAll();
  vi.useRealTimers();
  expect(errors).toEqual([]);
});

/** Names of what was sent since the last call. */
async function names(): Promise<string[]> {
  await vi.advanceTimersByTimeAsync(1000);
  return sent.splice(0).map(([name]) => name);
}

test('asks anew when the text in the editor changes, and no other one', async () => {
  void host.ready({});
  await names();
  new FakeDocument('', 'output:///log').edit(0, 0, 'line');
  fake.changed.text.fire({ document, contentChanges: [] });
  expect(await names()).toEqual([]);
  document.edit(0, 0, 'x');
  expect(await names()).toEqual([SHOW, TAB]);
});

test('asks anew when a setting changes that the numbers depend on, or the autoencoder’s options do', async () => {
  void host.ready({});
  await names();
  for (const name of ['pair.centre', 'report.chunkTokens', 'layers.nearShare']) {
    fake.set(name, 1);
    expect(await names()).toEqual([SHOW, TAB]);
  }
  fake.set('overlay.density', 'full');
  expect(await names()).toEqual([]);
  featuresReopened.fire();
  expect(await names()).toEqual([SHOW, TAB]);
});

test('a feature that is asked for opens its tab, once', async () => {
  void host.ready({});
  expect(await names()).toEqual([SHOW, TAB]);
  askedFor = true;
  featuresChanged.fire();
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent[0]).toEqual([SELECT_TAB, 'features']);
  expect(await names()).toHaveLength(3);
  featuresChanged.fire();
  expect(await names()).toEqual([SHOW, TAB]);
});

test('a page that is built anew hears of the feature that was asked for before', async () => {
  void host.ready({});
  await names();
  visible = false;
  visibility.fire();
  askedFor = true;
  featuresChanged.fire();
  visible = true;
  visibility.fire();
  // It does not listen yet.
  expect(await names()).not.toContain(SELECT_TAB);
  void host.ready({});
  expect(await names()).toContain(SELECT_TAB);
});
