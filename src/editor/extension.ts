// activate() builds the objects and registers them, top to bottom. Nothing is loaded before it is needed.
import { Uri, window, type Event, type ExtensionContext } from 'vscode';
import { Calibrations } from './completion/calibrations';
import { Completions } from './completion/completions';
import { offerModel } from './models/chooseModel';
import { ChosenModel } from './models/chosenModel';
import { EngineSettings, engineSettings } from './models/engineSettings';
import { Engine } from './engine/engineClient';
import { Autoencoder } from './features/autoencoder';
import { registerHover } from './hover/hover';
import { ScoringPasses } from './engine/scoringPasses';
import { EngineQueries } from './engine/engineQueries';
import { registerInspector } from './inspector/inspectorView';
import { showUnshownWork } from './engine/unshownWork';
import { cancellable } from './ui/progress';
import { onDidSay, type Said } from './ui/messages';
import { report } from './ui/notifications';
import { LensScales } from './overlay/lensScales';
import { Overlay } from './overlay/overlay';
import { OverlayState } from './overlay/overlayState';
import { Pages } from './ui/pages';
import { Samples } from './samples';
import { serverHost } from './servers/serverHost';
import { settings } from './settings';
import { ShownTexts } from './overlay/textSource';
import { Status } from './overlay/status';
import { DocumentSync } from './engine/documentSync';
import { TraceDocuments } from './traces/traceDocuments';
import { registerFallHover } from './traces/fallHover';
import { Rollouts } from './traces/rollouts';
import { registerTraceOutline } from './traces/traceOutline';
import { keepTraceTabs } from './traces/traceTabs';
import { registerTraceTree } from './traces/traceTree';
import { WhatIf } from './traces/whatIf';
import { registerTools } from './tools/registerTools';
import { registerCommands, type CommandTable } from './ui/commandTable';
import { TraceTexts } from './traces/traceTexts';

/** What the tests look at. */
export interface Exports {
  readonly engine: Pick<Engine, 'pid' | 'state'>;
  readonly onDidSay: Event<Said>;
  commands(): Promise<CommandTable>;
  readonly overlay: Pick<Overlay, 'drawnIn'>;
  readonly passes: Pick<ScoringPasses, 'isScoring'>;
  readonly status: Pick<Status, 'view'>;
}

export function activate(context: ExtensionContext): Exports {
  const log = window.createOutputChannel('Tokenscope', { log: true });
  const chosen = new ChosenModel(
    context.asAbsolutePath('models/coder'),
    context.globalState,
    context.workspaceState,
    settings.model,
  );
  const options = engineSettings(chosen);
  const engine = new Engine({
    path: context.asAbsolutePath('dist/engine.js'),
    ...options,
    onOutput: line => log.info(line),
    onLongOpening: opening =>
      void import('./models/openingProgress').then(({ showOpening }) =>
        showOpening(opening, engine.openings, cancellable),
      ),
    host: serverHost(context, line => log.info(line)),
  });
  const quietly = (error: unknown) => report(log, error);
  const loudly = (error: unknown) => report(log, error, 'Tokenscope');
  let openSae: () => unknown = () => undefined;
  const samplesFolder = Uri.joinPath(context.extensionUri, 'samples');
  const scales = new LensScales(
    engine,
    context.globalState,
    samplesFolder,
    // Undefined, too, before the autoencoder's side below is there.
    () => openSae(),
    quietly,
  );
  const state = new OverlayState(context.workspaceState, id => scales.lensOf(id));
  const followScale = () => {
    if (state.isOn) void scales.follow(state.lensId);
  };
  const followed = new EngineSettings(engine, options.model, loudly);
  const texts = new DocumentSync(engine);
  const autoencoder = new Autoencoder(
    engine,
    texts,
    state,
    context.globalState,
    context.extensionPath,
    loudly,
  );
  openSae = () =>
    autoencoder.info && [autoencoder.info.path, settings.features.densityCutoff.value];
  const featureOptions = () => autoencoder.optionsForLens();
  const passes = new ScoringPasses(engine, texts, autoencoder.open);
  const queries = new EngineQueries(engine, texts, passes, featureOptions);
  const traces = new TraceDocuments(engine, context.workspaceState, quietly);
  const shown = new ShownTexts([new TraceTexts(traces, texts)]);
  const overlay = new Overlay(engine, queries, state, autoencoder, shown, quietly);
  const status = new Status(engine, queries, state, autoencoder, shown);
  const built = Uri.joinPath(context.extensionUri, 'dist');
  const pages = new Pages(built);
  const samples = new Samples(context.extensionUri);
  const calibrations = new Calibrations(engine, context.workspaceState);
  const completions = new Completions(engine, texts, pages, calibrations);
  const rollouts = new Rollouts(engine, texts, traces, context.workspaceState);
  const whatIf = new WhatIf(queries, rollouts, context.workspaceState);
  let table: CommandTable | undefined;
  const commands = async () => {
    const { commandTable } = await import('./commandTables');
    return (table ??= commandTable({
      engine,
      queries,
      state,
      shown,
      pages,
      samples,
      chosen,
      completions,
      calibrations,
      autoencoder,
      traces,
      rollouts,
      whatIf,
      scales,
      secrets: context.secrets,
      storage: context.globalStorageUri,
      built,
      log,
    }));
  };
  context.subscriptions.push(
    log,
    scales,
    scales.onDidChange(() => state.rescale()),
    state,
    state.onDidChange(followScale),
    engine.onDidChangeState(followScale),
    autoencoder.onDidChange(followScale),
    followed,
    texts,
    passes,
    autoencoder,
    overlay,
    status,
    pages,
    calibrations,
    completions,
    traces,
    rollouts,
    whatIf,
    showUnshownWork(engine),
    { dispose: () => engine.stop() },
    engine.onDidChangeState(state => {
      if (state.kind !== 'ready') return;
      log.info(`opened ${state.model.folder}`);
      for (const warning of state.model.warnings) log.warn(warning);
      if (state.secondProblem) log.warn(state.secondProblem);
      offerModel(engine, chosen).catch(quietly);
    }),
    traces.onDidChange(() => overlay.refreshAll()),
    registerHover({ engine, queries, state, autoencoder, shown, onError: quietly }),
    registerInspector({
      root: context.extensionUri,
      engine,
      queries,
      state,
      features: autoencoder,
      traces,
      rollouts,
      shown,
      onError: quietly,
      onFailure: loudly,
    }),
    registerFallHover(traces, rollouts),
    ...registerTraceTree(traces),
    ...registerTraceOutline(traces, rollouts),
    ...registerCommands(context.extension, commands, log),
    ...registerTools(context.extension, engine, quietly),
  );
  overlay.refreshAll();
  keepTraceTabs(context.workspaceState, quietly).then(
    kept => context.subscriptions.push(kept),
    quietly,
  );
  return { engine, onDidSay, overlay, passes, status, commands };
}
