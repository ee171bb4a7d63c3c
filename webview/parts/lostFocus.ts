// The focus where what has it is taken off the page: a button that closes its section, or that takes its row out of a
// list. A browser leaves it at the page's beginning, and who uses the keyboard has to find the place again.

const CONTROL = 'button, select, input, vscode-button, [tabindex="0"]';

/** Called before the page is drawn. What it answers, called after that, brings a lost focus to what is left nearby. */
export function keepFocusNear(): () => void {
  const focused = document.activeElement;
  // What is taken off the page has no parents any more.
  const around: Element[] = [];
  for (let at = focused; at; at = at.parentElement) around.push(at);
  return () => {
    // A page without the focus must not take it from the editor.
    if (!focused || focused === document.activeElement || !document.hasFocus()) return;
    if (focused.isConnected) return;
    const left = around.find(({ isConnected }) => isConnected);
    left?.querySelector<HTMLElement>(CONTROL)?.focus();
  };
}
