// User settings of the workbench: nothing that looks for a network, an account or a first-time visitor.

export const quietSettings = {
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
};

/** For pictures and tests: the same pixels each time. */
export const steadySettings = {
  ...quietSettings,
  'editor.cursorBlinking': 'solid',
  'editor.fontFamily': "'DejaVu Sans Mono'",
  'editor.minimap.enabled': false,
  'editor.occurrencesHighlight': 'off',
  'editor.wordBasedSuggestions': 'off',
  'files.exclude': { '**/.vscode': true },
  'workbench.colorTheme': 'Light 2026',
  'workbench.reduceMotion': 'on',
};

/** Themes of VS Code itself, by the words that our tools use, with the class they give the workbench. */
export const themes = {
  light: { name: 'Light 2026', kind: 'vs' },
  dark: { name: 'Dark 2026', kind: 'vs-dark' },
  'hc-dark': { name: 'Default High Contrast', kind: 'hc-black' },
  'hc-light': { name: 'Default High Contrast Light', kind: 'hc-light' },
};

/** @typedef {keyof typeof themes} ThemeName */
