/**
 * FHIR narratives (R4 §2.4: a small part of XHTML) read without the browser's HTML parser: what a record brings along
 * becomes a tree of known elements and text, everything else is left out. Never throws, whatever the text is.
 */
import { decodeEntities } from '../../../src-shared/fhir/entities.ts';

export type NarrativeNode =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'element';
      readonly name: NarrativeElement;
      readonly span: { readonly columns: number; readonly rows: number };
      readonly children: readonly NarrativeNode[];
    };

const known = [
  'div',
  'p',
  'br',
  'hr',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'b',
  'strong',
  'i',
  'em',
  'u',
  'sub',
  'sup',
  'small',
  'pre',
  'code',
  'blockquote',
  'ul',
  'ol',
  'li',
  'dl',
  'dt',
  'dd',
  'table',
  'caption',
  'thead',
  'tbody',
  'tfoot',
  'tr',
  'th',
  'td',
] as const;
export type NarrativeElement = (typeof known)[number];

const names: ReadonlySet<string> = new Set(known);
const isKnown = (name: string): name is NarrativeElement => names.has(name);
/** Their content is not text for people. */
const dropped: ReadonlySet<string> = new Set([
  'script',
  'style',
  'head',
  'title',
  'template',
  'iframe',
  'object',
  'svg',
  'math',
]);
const single: ReadonlySet<string> = new Set(['br', 'hr', 'img', 'input', 'meta', 'link', 'col', 'wbr']);
/** Where white space between elements is not text. */
const structural: ReadonlySet<string> = new Set(['table', 'thead', 'tbody', 'tfoot', 'tr', 'ul', 'ol', 'dl']);

type Open = { readonly tag: string; readonly children: NarrativeNode[] };
const maxDepth = 60;
const maxNodes = 20_000;

// no `<` outside quotes within a tag: a `<` that is none would else be read to the text's end, again for each of them
const token =
  /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[([\s\S]*?)(?:\]\]>|$)|<[!?][^>]*>?|<(\/?)([A-Za-z][A-Za-z0-9:-]*)((?:"[^"]*"|'[^']*'|[^<>"'])*)>|[^<]+|</g;

function spanOf(attributes: string): { columns: number; rows: number } {
  const read = (name: string) => {
    const value = Number(new RegExp(`\\b${name}\\s*=\\s*["']?(\\d{1,3})`, 'i').exec(attributes)?.[1] ?? '1');
    return Math.min(50, Math.max(1, value));
  };
  return { columns: read('colspan'), rows: read('rowspan') };
}

export function parseNarrative(xhtml: string): readonly NarrativeNode[] {
  const root: NarrativeNode[] = [];
  const stack: Open[] = [{ tag: '', children: root }];
  let dropping: string | null = null;
  let nodes = 0;
  const top = () => stack.at(-1) ?? { tag: '', children: root };
  const addText = (text: string) => {
    if (dropping !== null || text === '') return;
    if (structural.has(top().tag) && text.trim() === '') return;
    nodes += 1;
    top().children.push({ kind: 'text', text });
  };
  for (const [whole, cdata, slash, rawName, attributes = ''] of xhtml.matchAll(token)) {
    if (nodes > maxNodes) break;
    if (cdata !== undefined) addText(cdata);
    else if (rawName === undefined) {
      if (!/^<[!?]/.test(whole)) addText(decodeEntities(whole));
    } else {
      const name = rawName.toLowerCase();
      if (dropping !== null) {
        if (slash === '/' && name === dropping) dropping = null;
        continue;
      }
      if (slash === '/') {
        const at = stack.findLastIndex((open) => open.tag === name);
        if (at > 0) stack.length = at;
        continue;
      }
      const closed = attributes.trimEnd().endsWith('/') || single.has(name);
      if (dropped.has(name)) {
        if (!closed) dropping = name;
        continue;
      }
      if (name === 'img') addText(decodeEntities(/\balt\s*=\s*"([^"]*)"/i.exec(attributes)?.[1] ?? ''));
      if (closed && !isKnown(name)) continue;
      nodes += 1;
      const children: NarrativeNode[] = [];
      // an element we do not know is only a place its text stands in
      if (isKnown(name)) top().children.push({ kind: 'element', name, span: spanOf(attributes), children });
      if (closed) continue;
      if (stack.length < maxDepth) stack.push({ tag: name, children: isKnown(name) ? children : top().children });
    }
  }
  return root;
}
