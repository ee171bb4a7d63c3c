// In words, when the command palette lists a command.

/** @typedef {{ command: string, enablement?: string }} Command */
/** @typedef {{ command: string, when?: string }} Item */

/** @type {Record<string, string>} */
const WORDS = {
  editorIsOpen: 'an editor is open',
  // Besides the page *Welcome*, which the table need not say of each.
  'activeEditor != gettingStartedPage': '',
  'workspaceFolderCount > 0': 'a folder is open',
  'tokenscope.isOn': 'the overlay is on',
  '!tokenscope.isOn': 'the overlay is off',
  'tokenscope.completes': 'completions are on',
  '!tokenscope.completes': 'completions are off',
  'tokenscope.compares': 'a second tokenizer is chosen',
  'tokenscope.hasModel': 'a model is open',
  'tokenscope.hasTraces': 'traces are open',
  'resourceScheme == tokenscope-trace': 'a trace is in the active editor',
  'resourceScheme =~ /^tokenscope-(trace|branch)$/': 'a trace or a branch is in the active editor',
  "activeWebviewPanelId == 'tokenscope.report'": 'a report is in the active editor',
  "activeWebviewPanelId == 'tokenscope.tokenizerReport'":
    'a tokenizer report is in the active editor',
  false: 'never: use the view *Reasoning Traces*',
};

/**
 * What must hold for a command to be listed: alternatives, of which each is a list of conditions.
 * @param {Command} command
 * @param {readonly Item[]} palette the entries of `menus.commandPalette`
 */
export function conditionsOf({ command, enablement }, palette) {
  const when = palette.find(item => item.command === command)?.when ?? '';
  return when.split(' || ').map(all => [enablement ?? '', ...all.split(' && ')].filter(Boolean));
}

/**
 * @param {Command} command
 * @param {readonly Item[]} palette
 */
export function listedWhen(command, palette) {
  const words = conditionsOf(command, palette).map(all =>
    all
      .map(condition => {
        const words = WORDS[condition];
        if (words === undefined) throw new Error(`${command.command}: no words for ${condition}`);
        return words;
      })
      .filter(Boolean)
      .join(' and '),
  );
  return words.join(', or ') || 'always';
}
