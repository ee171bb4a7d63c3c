// A page of rendered Markdown as HTML that can do nothing: no script, no style, no picture, no command, no request.
import { showHiddenInLines } from '../../core/showHidden';

/** Elements that stay, without their attributes. */
const KEPT = new Set(
  'h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd table thead tbody tr th td code pre strong em del hr br blockquote a span'.split(
    ' ',
  ),
);

/** `html`: of the Markdown. `style`: address of the style sheet. `source`: what the webview's resources come from. */
export function pageHtml(
  title: string,
  html: string,
  { style, source }: { style: string; source: string },
): string {
  const policy = `default-src 'none'; style-src ${source}; form-action 'none'; base-uri 'none'`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="${style}">
    <title>${escaped(title)}</title>
  </head>
  <body>
    <main>${inertHtml(html)}</main>
  </body>
</html>`;
}

/**
 * Writes every tag anew: known elements with the attributes that are listed here, everything else as text. A model's
 * own report may hold markup, which Markdown lets through.
 */
export function inertHtml(html: string): string {
  return withoutHidden(html).replace(
    /<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>|[<>]/gi,
    (whole: string, slash?: string, name?: string, attributes?: string) => {
      const element = name?.toLowerCase() ?? '';
      if (!KEPT.has(element)) return escaped(whole);
      return slash ? `</${element}>` : `<${element}${attributesOf(element, attributes ?? '')}>`;
    },
  );
}

/** A picture of several characters, some of which would be hidden alone. */
const EMOJI =
  /(\p{Extended_Pictographic}[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\u200d]*)/u;

/** Hidden characters are spelled, however they are written. */
function withoutHidden(html: string): string {
  return html
    .replace(
      /&#(?:x([0-9a-f]+)|([0-9]+));?/gi,
      (entity: string, hex?: string, decimal?: string) => {
        const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
        if (code > 0x10ffff) return '';
        const character = String.fromCodePoint(code);
        const shown = showHiddenInLines(character);
        return shown === character ? entity : shown;
      },
    )
    .split(EMOJI)
    .map((part, i) => (i % 2 === 1 ? part : showHiddenInLines(part)))
    .join('');
}

function attributesOf(element: string, attributes: string): string {
  if (element === 'a') {
    // Others, such as commands, lead nowhere. VS Code asks before it opens one.
    const [, address] = /\shref="((?:https?:\/\/|#)[^"]*)"/.exec(attributes) ?? [];
    return address === undefined ? '' : ` href="${address}"`;
  }
  if (/^h[1-6]$/.test(element)) {
    const [, id] = /\sid="([^"]*)"/.exec(attributes) ?? [];
    return id === undefined ? '' : ` id="${id}"`;
  }
  const scope = element === 'th' ? ' scope="col"' : '';
  const isNumber = /\sstyle="text-align:right"/.test(attributes);
  return `${scope}${isNumber ? ' class="number"' : ''}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
