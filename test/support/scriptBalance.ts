// Whether the brackets, strings and comments of a script are closed, by TypeScript's own scanner.
import { createScanner } from 'typescript/unstable/ast/scanner';
import { SyntaxKind } from 'typescript/unstable/ast';

const OPEN: ReadonlyMap<SyntaxKind, SyntaxKind> = new Map([
  [SyntaxKind.OpenParenToken, SyntaxKind.CloseParenToken],
  [SyntaxKind.OpenBracketToken, SyntaxKind.CloseBracketToken],
  [SyntaxKind.OpenBraceToken, SyntaxKind.CloseBraceToken],
  [SyntaxKind.TemplateHead, SyntaxKind.TemplateTail],
]);
const CLOSE = new Set(OPEN.values());

/** Whether TypeScript's scanner finds all brackets, strings and comments of a script closed. */
export function isScriptBalanced(text: string): boolean {
  const scanner = createScanner(true, undefined, text);
  const due: SyntaxKind[] = [];
  let last = SyntaxKind.Unknown;
  for (;;) {
    let token = scanner.scan();
    const isSlash = token === SyntaxKind.SlashToken || token === SyntaxKind.SlashEqualsToken;
    if (isSlash && !endsExpression(last)) token = scanner.reScanSlashToken();
    const isTemplate = due.at(-1) === SyntaxKind.TemplateTail;
    if (token === SyntaxKind.CloseBraceToken && isTemplate)
      token = scanner.reScanTemplateToken(false);
    if (scanner.isUnterminated()) return false;
    if (token === SyntaxKind.EndOfFile) return due.length === 0;
    const closer = OPEN.get(token);
    if (closer !== undefined) due.push(closer);
    else if (CLOSE.has(token) && due.pop() !== token) return false;
    last = token;
  }
}

/** Whether a slash after the token divides. */
function endsExpression(token: SyntaxKind): boolean {
  return (
    token === SyntaxKind.Identifier ||
    token === SyntaxKind.NumericLiteral ||
    token === SyntaxKind.StringLiteral ||
    token === SyntaxKind.NoSubstitutionTemplateLiteral ||
    token === SyntaxKind.TemplateTail ||
    token === SyntaxKind.CloseParenToken ||
    token === SyntaxKind.CloseBracketToken ||
    token === SyntaxKind.CloseBraceToken ||
    token === SyntaxKind.ThisKeyword
  );
}
