// A report as HTML without scripts: the body of the page in the editor, and of the exported file. All that is not
// written here is text.
import { formatCount } from '../../format';
import {
  tableOfCurve,
  type Block,
  type Curve,
  type Report,
  type Section,
  type Table,
} from '../report';
import { curveSvg } from './curveSvg';
import { html } from './html';
import { sizeWords } from './reportText';
import { tableHtml } from './tableHtml';

/** `hasLinks`: rows with a place have a button, which only the page in the editor answers to. */
export function reportHtml(report: Report, { hasLinks = true } = {}): string {
  const { tokenizers, source, sections, skipped } = report;
  const links = sections.map(({ id, title }) => `<li><a href="#${id}">${html(title)}</a></li>`);
  return [
    `<h1>Tokenizer report of ${html(source)}</h1>`,
    `<p>${sizeWords(report)}.</p>`,
    `<ul>${tokenizers.map(tokenizerItem).join('')}</ul>`,
    `<nav aria-label="Sections"><ul>${links.join('')}</ul></nav>`,
    ...sections.map((section, i) => sectionHtml(section, i, hasLinks)),
    skipped.length > 0 ? skippedHtml(report) : '',
  ].join('\n');
}

const tokenizerItem = ({ name, kind, vocabSize }: Report['tokenizers'][number]) =>
  `<li><strong>${html(name)}</strong>: ${html(kind)}, ${formatCount(vocabSize)} entries</li>`;

function sectionHtml(section: Section, index: number, hasLinks: boolean): string {
  const { id, title, question, follows, notClaimed, blocks, missing } = section;
  const source = `<p class="source">Follows ${html(follows)}. ${html(notClaimed)}</p>`;
  return [
    `<section id="${id}">`,
    `<h2>${html(title)}</h2>`,
    `<p>${html(question)}</p>`,
    missing ? `<p class="missing">${html(missing)}</p>` : '',
    ...blocks.map((block, i) => blockHtml(block, `${index}.${i}`, hasLinks)),
    blocks.length > 0 ? source : '',
    '</section>',
  ].join('\n');
}

/** `id`: the numbers of its section and of the block in it. */
function blockHtml(block: Block, id: string, hasLinks: boolean): string {
  const words = `<h3 id="b${id}">${html(block.title)}</h3><p>${html(block.meaning)}</p>`;
  if (block.kind === 'table') return words + tableHtml(block, id, hasLinks);
  return `${words}${figureHtml(block)}<details><summary>Numbers of this plot</summary>${tableHtml(tableOfCurve(block), id, false)}</details>`;
}

const figureHtml = (curve: Curve) => {
  const keys = curve.lines.map(({ name }, i) => `<span class="key line${i}">${html(name)}</span>`);
  return `<figure>${curveSvg(curve)}<figcaption>${keys.join(' ')}</figcaption></figure>`;
};

function skippedHtml({ skipped }: Report): string {
  const rows = skipped.map(({ path, reason }) => ({ cells: [path, reason] }));
  const columns = [
    { title: 'File', format: 'text' as const },
    { title: 'Why', format: 'text' as const },
  ];
  const table: Table = { kind: 'table', title: '', meaning: '', columns, rows };
  return `<section><h2 id="bskipped">Not read</h2>${tableHtml(table, 'skipped', false)}</section>`;
}
