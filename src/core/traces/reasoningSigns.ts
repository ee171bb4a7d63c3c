// Whether a plain text looks like what a model reasoned. What does not is not read as a trace by itself. No expression
// here has two repetitions in a row that may match the same, so that each takes time linear in the text.

const MARKS: readonly RegExp[] = [
  // Thinking: opened at the beginning of a line, or closed anywhere but in quotes, as programs name the mark.
  /^[ \t]*(?:<(?:think|thinking|thought|reasoning|seed:think|answer)>|\[THINK\]|◁think▷|<\|begin_of_(?:thought|solution)\|>)/im,
  /^(?!.*['"`]<\/).*<\/(?:think|thinking|thought|reasoning|seed:think)>|\[\/THINK\]|◁\/think▷|<\|end_of_thought\|>/im,
  // Roles, as chat templates write them.
  /<\|channel\|>\w+<\|message\|>|<\|start_header_id\|>\w+<\|end_header_id\|>|<｜(?:Assistant|User)｜>/,
  /<(?:\|im_start\||start_of_turn)>(?:system|user|assistant|model)[ \t]*\r?$/m,
  /^(?:<\|(?:assistant|user)\|>|\[INST\]|### Response:|(?:#{2,3}[ \t]*|\*\*)?(?:Assistant|Human)(?:\*\*)?:)/m,
];

const WORDS: readonly RegExp[] = [
  /^[ \t]*(?:#{1,6}[ \t]*)?(?:\*\*)?step[ \t]+\d+\b/im,
  /^####[ \t]*[-+]?[$€£]?[ \t]?[\d.]/m,
  /\\(?:boxed|fbox)[ \t]*\{[^}]/,
  /\bthe[ \t]+(?:final[ \t]+|correct[ \t]+)?answer[ \t]+is:?[ \t]*[^*`\s]/i,
  /\bfinal[ \t]+answer(?:\*\*)?:|\b(?:final[ \t]+answer|answer[ \t]+is)[:* \t]*[-+$\\(]*\d/i,
];

/** A line that programs have and prose does not. */
const CODE_LINE =
  /[;{}]\s*$|^\s*(?:#include|import |from \S+ import |def \w+\(|class \w+|function |const |let |var |return\b|if \(|for \(|public |private |@\w+|\/\/|\/\*)/;
/** The share of such lines, outside of Markdown's fences, from which on a text is a program. */
const CODE_SHARE = 0.3;

export function hasReasoningSign(text: string): boolean {
  if (MARKS.some(mark => mark.test(text))) return true;
  return WORDS.some(word => word.test(text)) && !isProgram(text);
}

function isProgram(text: string): boolean {
  if (text.startsWith('#!')) return true;
  let isFenced = false;
  let lines = 0;
  let code = 0;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) isFenced = !isFenced;
    else if (!isFenced && line.trim() !== '') {
      lines++;
      if (CODE_LINE.test(line)) code++;
    }
  }
  return code > CODE_SHARE * lines;
}
