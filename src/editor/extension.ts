// activate() builds the objects and registers them, top to bottom. Nothing is loaded before it is asked for.
import { window, workspace, type ExtensionContext } from 'vscode';
import { registerCommands } from './commands';
import { Calibrations } from './completion/calibrations';
import { Completions } from './completion/completions';
import { updateComparingContext } from './models/chooseComparison';
import { Engine } from './engine/engineClient';
import { Autoencoder } from './features/autoencoder';
import { registerHover } from './hover/hover';
import { Inspection } from './engine/scoringPasses';
import { registerInspector } from './inspector/inspectorView';
import { report } from './ui/notifications';
import { Overlay } from './overlay/overlay';
import { OverlayState } from './overlay/overlayState';
import { Pages } from './ui/pages';
import {
  changesCentre,
  changesComparison,
  changesFeatures,
  changesModel,
  changesPair,
  changesTraces,
  settings,
} from './settings';
import { ShownTexts } from './overlay/textSource';
import { Status } from './overlay/status';
import { DocumentSync } from './engine/documentSync';
import { TraceDocuments } from './traces/traceDocuments';
import { registerTraces } from './traces/traceCommands';
import { TraceTexts } from './traces/traceTexts';

/** Answers what the tests look at. */
export function activate(context: ExtensionContext): { engine: Pick<Engine, 'pid' | 'state'> } {
  const log = window.createOutputChannel('Tokenscope', { log: true });
  const state = new OverlayState(context.workspaceState);
  const builtIn = context.asAbsolutePath('models/coder');
  const engine = new Engine({
    path: context.asAbsolutePath('dist/engine.js'),
    model: () => ({
      folder: settings.modelFolder() || builtIn,
      contextLimit: settings.contextLimit(),
    }),
    comparedTokenizer: settings.comparedTokenizer,
    pair: settings.pair,
    onOutput: line => log.info(line),
  });
  const texts = new DocumentSync(engine);
  const features: Autoencoder = new Autoencoder(engine, texts, state, context.globalState);
  const wish = () => features.optionsForLens();
  const inspection: Inspection = new Inspection(engine, texts, wish, features.open);
  const quietly = (error: unknown) => report(log, error);
  const traces = new TraceDocuments(engine);
  const shown = new ShownTexts([new TraceTexts(traces, texts)]);
  const overlay = new Overlay(engine, inspection, state, shown, quietly);
  const status = new Status(engine, inspection, state, features, shown);
  const pages = new Pages();
  const calibrations: Calibrations = new Calibrations(engine, context.workspaceState);
  const completions: Completions = new Completions(engine, texts, pages, calibrations);
  const { rollouts, disposables } = registerTraces({
    ...{ engine, texts, inspection, traces, log },
    memento: context.workspaceState,
  });
  context.subscriptions.push(
    ...disposables,
    log,
    state,
    texts,
    inspection,
    features,
    overlay,
    status,
    pages,
    calibrations,
    completions,
    { dispose: () => engine.stop() },
    engine.onDidChangeState(state => {
      if (state.kind !== 'ready') return;
      log.info(`opened ${state.model.folder}`);
      rollouts.refresh();
      for (const warning of state.model.warnings) log.warn(warning);
      if (state.secondProblem) log.warn(state.secondProblem);
    }),
    traces.onDidChange(() => overlay.refreshAll()),
    registerHover({ engine, inspection, state, autoencoder: features, shown, onError: quietly }),
    registerInspector({
      root: context.extensionUri,
      engine,
      inspection,
      state,
      features,
      traces,
      rollouts,
      onError: quietly,
    }),
    ...registerCommands({
      log,
      engine,
      inspection,
      state,
      shown,
      pages,
      builtIn,
      completions,
      calibrations,
      features,
    }),
    workspace.onDidChangeConfiguration(event => {
      if (changesComparison(event)) {
        updateComparingContext();
        // An engine that is starting has read the setting as it was.
        if (engine.running) void engine.compare().catch(quietly);
      }
      if (changesFeatures(event) && engine.running) {
        features.reopen().then(() => overlay.refreshAll(), quietly);
      }
      if (changesCentre(event)) overlay.refreshAll();
      if (changesTraces(event)) {
        overlay.refreshAll();
        status.update();
        rollouts.refresh();
      }
      if (changesPair(event) && engine.running) {
        engine.contrast().then(() => overlay.refreshAll(), quietly);
      }
      if (!changesModel(event)) return;
      engine.stop();
      overlay.refreshAll();
    }),
  );
  updateComparingContext();
  overlay.refreshAll();
  return { engine };
}
