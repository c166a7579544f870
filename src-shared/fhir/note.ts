/**
 * A signed clinical note as a Composition (FHIR R4): SOAP sections by LOINC, or one section of free text. An amendment
 * is a new Composition that says `relatesTo` → `appends` the one it amends; the first is never changed.
 */
import type { Composition, CompositionSection, Reference } from 'fhir/r4';
import { firstOf, listAt, member, textAt } from './json.ts';
import { loincConcept } from './vitals.ts';

export const noteParts = ['subjective', 'objective', 'assessment', 'plan', 'text'] as const;
export type NotePart = (typeof noteParts)[number];
export type NoteText = { readonly [part in NotePart]?: string };

const sections: Readonly<Record<NotePart, readonly [loinc: string, title: string]>> = {
  subjective: ['61150-9', 'Subjective'],
  objective: ['61149-1', 'Objective'],
  assessment: ['51848-0', 'Assessment'],
  plan: ['18776-5', 'Plan of treatment'],
  text: ['34109-9', 'Note'],
};
const consultNote = ['11488-4', 'Consult note'] as const;
const plainNote = ['34109-9', 'Note'] as const;

export type NoteInput = {
  readonly id: string;
  readonly patient: Reference;
  readonly author: Reference;
  readonly encounter?: Reference;
  /** When it was signed, ISO instant. */
  readonly signed: string;
  readonly title: string;
  readonly text: NoteText;
  /** `Composition/<id>` of the note this one amends. */
  readonly amends?: string;
};

export function buildNote(input: NoteInput): Composition {
  const written = noteParts.filter((part) => (input.text[part] ?? '').trim() !== '');
  const soap = written.some((part) => part !== 'text');
  const [code, name] = soap ? consultNote : plainNote;
  const note: Composition = {
    resourceType: 'Composition',
    id: input.id,
    status: 'final',
    type: loincConcept(code, name),
    subject: input.patient,
    date: input.signed,
    author: [input.author],
    title: input.title,
    attester: [{ mode: 'legal', time: input.signed, party: input.author }],
    section: written.map((part) => section(part, input.text[part] ?? '')),
  };
  if (input.encounter !== undefined) note.encounter = input.encounter;
  if (input.amends !== undefined) note.relatesTo = [{ code: 'appends', targetReference: { reference: input.amends } }];
  return note;
}

function section(part: NotePart, text: string): CompositionSection {
  const [loinc, title] = sections[part];
  return { title, code: loincConcept(loinc, title), text: { status: 'additional', div: narrative(text) } };
}

/** Plain text as an XHTML narrative: blank lines part paragraphs, line ends stay; characters XML 1.0 forbids go. */
export function narrative(text: string): string {
  const paragraphs = text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\t\n\u0020-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${escapeText(paragraph).replace(/\n/g, '<br/>')}</p>`);
  return `<div xmlns="http://www.w3.org/1999/xhtml">${paragraphs.join('')}</div>`;
}

function escapeText(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (letter) => entities[letter] ?? letter);
}

/** The text of a narrative made by `narrative`, or of any other: tags go, blocks and breaks become line ends. */
export function narrativeText(div: string): string {
  const entities: Readonly<Record<string, string>> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    nbsp: '\u00a0',
  };
  return div
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<\/(p|div|h[1-6]|ul|ol|table|blockquote)>/gi, '\n\n')
    .replace(/<\/(li|tr)>/gi, '\n')
    .replace(/<\/t[dh]>/gi, '\t')
    .replace(/<[^<>]*>/g, '') // no `<` within: each stray one would else be searched to the text's end
    .replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
      const point = hex !== undefined ? Number.parseInt(hex, 16) : decimal !== undefined ? Number(decimal) : undefined;
      if (point !== undefined) return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
      const known = name?.toLowerCase() ?? '';
      return Object.hasOwn(entities, known) ? (entities[known] ?? whole) : whole;
    })
    .replace(/(?<![ \t])[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The note's text by part, read back from a Composition: sections of other codes join under `text` with their title. */
export function noteText(composition: unknown): NoteText {
  const parts: { [part in NotePart]?: string } = {};
  for (const each of listAt(composition, 'section')) {
    const words = narrativeText(textAt(member(each, 'text'), 'div') ?? '');
    if (words === '') continue;
    const code = firstOf(listAt(member(each, 'code'), 'coding'), (coding) => textAt(coding, 'code'));
    const part = noteParts.find((name) => sections[name][0] === code);
    const title = textAt(each, 'title');
    if (part !== undefined && parts[part] === undefined) parts[part] = words;
    else parts.text = [parts.text, title, words].filter((piece) => piece !== undefined).join('\n\n');
  }
  return parts;
}

/** Reference of the note this one amends, if it is an amendment. */
export function amendedNote(composition: unknown): string | undefined {
  return firstOf(listAt(composition, 'relatesTo'), (relation) =>
    ['appends', 'replaces'].includes(textAt(relation, 'code') ?? '')
      ? textAt(member(relation, 'targetReference'), 'reference')
      : undefined,
  );
}
