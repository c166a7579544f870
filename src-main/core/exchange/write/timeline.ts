/** What happened, in time order: encounters with their notes, notes with their amendments. */
import { conceptText } from '../../../../src-shared/fhir/display.ts';
import { list, listAt, member, textAt } from '../../../../src-shared/fhir/json.ts';
import { newestFirst } from './dates.ts';
import { dateOf, hasCode } from './reading.ts';
import type { Read, View } from './view.ts';
import { wordFor } from './words.ts';
import { narrativeText } from './xhtml.ts';

export type Note = {
  readonly of: Read;
  readonly title: string;
  readonly date: string | undefined;
  readonly author: string | undefined;
  readonly body: readonly { readonly heading: string | undefined; readonly text: string }[];
  /** Oldest first. */
  readonly amendments: readonly Note[];
};
export type Happening = {
  readonly date: string | undefined;
  /** Undefined for notes that belong to no encounter of this export. */
  readonly encounter: { readonly of: Read; readonly title: string; readonly details: readonly string[] } | undefined;
  readonly notes: readonly Note[];
};

const patientSummary = new Set(['http://loinc.org|60591-5', 'http://loinc.org|34133-9']);

/** Whether a resource is a note a person wrote, and not a document that only bundles other resources. */
export function isNote({ row, resource }: Read): boolean {
  if (row.type === 'Composition') return row.local || !hasCode(member(resource, 'type'), patientSummary);
  if (row.type === 'ClinicalImpression') return true;
  return row.type === 'DocumentReference' && plainAttachments(resource).length > 0;
}

export function timelineOf(view: View, rows: readonly Read[]): Happening[] {
  const written = rows.filter(isNote);
  const isWritten = new Set(written.map(({ row }) => row.id));
  const amends = new Map<string, Read[]>();
  const firsts: Read[] = [];
  for (const of of written) {
    const target = amended(view, of);
    if (target === undefined || target.row.id === of.row.id || !isWritten.has(target.row.id)) firsts.push(of);
    else amends.set(target.row.id, [...(amends.get(target.row.id) ?? []), of]);
  }
  const placed = new Set<string>();
  const notes = firsts.map((of) => noteOf(view, of, amends, placed));
  // Amendments that point at each other in a ring belong to no first note: each stands for itself.
  for (const of of written) if (!placed.has(of.row.id)) notes.push(noteOf(view, of, amends, placed));

  const encounters = rows.filter(({ row }) => row.type === 'Encounter');
  const byEncounter = new Map<string, Note[]>(encounters.map(({ row }) => [row.id, []]));
  const happenings: Happening[] = [];
  for (const note of notes) {
    const encounter = encounterOf(view, note.of);
    const held = encounter === undefined ? undefined : byEncounter.get(encounter.row.id);
    if (held === undefined) happenings.push({ date: note.date, encounter: undefined, notes: [note] });
    else held.push(note);
  }
  for (const of of encounters) {
    const held = (byEncounter.get(of.row.id) ?? []).sort((a, b) => newestFirst(b.date, a.date));
    happenings.push({
      date: dateOf(member(of.resource, 'period')) ?? held[0]?.date,
      encounter: describe(view, of),
      notes: held,
    });
  }
  return happenings.sort((a, b) => newestFirst(a.date, b.date));
}

function noteOf(view: View, of: Read, amends: ReadonlyMap<string, readonly Read[]>, placed: Set<string>): Note {
  placed.add(of.row.id);
  const { resource } = of;
  const authors = [...listAt(resource, 'author'), ...list(member(resource, 'assessor'))].flatMap(
    (each) => view.nameOf(of, each) ?? [],
  );
  const amendments: Note[] = [];
  for (const each of amends.get(of.row.id) ?? [])
    if (!placed.has(each.row.id)) amendments.push(noteOf(view, each, amends, placed));
  return {
    of,
    title:
      textAt(resource, 'title') ??
      conceptText(member(resource, 'type')) ??
      textAt(resource, 'description') ??
      conceptText(member(resource, 'code')) ??
      view.words.notes.untitled,
    date:
      textAt(resource, 'date') ?? dateOf(member(resource, 'effectivePeriod')) ?? textAt(resource, 'effectiveDateTime'),
    author: authors.length === 0 ? (of.row.local ? of.row.source.by : undefined) : authors.join(', '),
    body: bodyOf(view, of),
    amendments: amendments.sort((a, b) => newestFirst(b.date, a.date)),
  };
}

function bodyOf(view: View, { row, resource }: Read): Note['body'] {
  if (row.type === 'Composition') {
    const sections = sectionsOf(listAt(resource, 'section')).map((section) => {
      const title = textAt(section, 'title') ?? conceptText(member(section, 'code'));
      const heading = title === undefined ? undefined : wordFor(view.words.notes, title);
      return { heading, text: narrativeText(textAt(member(section, 'text'), 'div') ?? '') };
    });
    const own = narrativeText(textAt(member(resource, 'text'), 'div') ?? '');
    const filled = sections.filter(({ text }) => text !== '');
    return filled.length > 0 || own === '' ? filled : [{ heading: undefined, text: own }];
  }
  if (row.type === 'ClinicalImpression') {
    return ['description', 'summary']
      .flatMap((name) => textAt(resource, name) ?? [])
      .map((text) => ({ heading: undefined, text }));
  }
  return plainAttachments(resource).map((text) => ({ heading: undefined, text }));
}

/** Sections and theirs inside, in reading order; the import limits the depth. */
function sectionsOf(sections: readonly unknown[]): unknown[] {
  return sections.flatMap((section) => [section, ...sectionsOf(listAt(section, 'section'))]);
}

/** Texts of a DocumentReference that hold words rather than a picture or a file. */
function plainAttachments(resource: unknown): string[] {
  return listAt(resource, 'content').flatMap((content) => {
    const attachment = member(content, 'attachment');
    const type = textAt(attachment, 'contentType')?.toLowerCase() ?? '';
    const data = textAt(attachment, 'data');
    if (data === undefined || !/^(text\/plain|text\/html|application\/xhtml\+xml)/.test(type)) return [];
    const text = Buffer.from(data, 'base64').toString('utf8');
    return type.startsWith('text/plain') ? text : narrativeText(text);
  });
}

function amended(view: View, of: Read): Read | undefined {
  for (const related of listAt(of.resource, 'relatesTo')) {
    const target = view.follow(of, member(related, 'targetReference') ?? member(related, 'target'));
    if (target !== undefined) return target;
  }
  return undefined;
}

function encounterOf(view: View, of: Read): Read | undefined {
  const context = member(of.resource, 'context');
  const held = [member(of.resource, 'encounter'), ...listAt(context, 'encounter')];
  for (const reference of held) {
    const target = view.follow(of, reference);
    if (target !== undefined) return target;
  }
  return undefined;
}

function describe(view: View, of: Read): Happening['encounter'] {
  const { resource } = of;
  const kind = member(resource, 'class');
  const code = textAt(kind, 'code');
  const word = code === undefined ? undefined : wordFor(view.words.encounterClass, code);
  const types = listAt(resource, 'type').flatMap((each) => conceptText(each) ?? []);
  const people = listAt(resource, 'participant').flatMap((each) => view.nameOf(of, member(each, 'individual')) ?? []);
  const reasons = listAt(resource, 'reasonCode').flatMap((each) => conceptText(each) ?? []);
  const status = textAt(resource, 'status');
  return {
    of,
    title: types[0] ?? (word === code ? (textAt(kind, 'display') ?? word) : word) ?? view.words.notes.encounter,
    details: [
      ...types.slice(1),
      ...reasons,
      ...people,
      ...(view.nameOf(of, member(resource, 'serviceProvider')) === undefined
        ? []
        : [view.nameOf(of, member(resource, 'serviceProvider')) ?? '']),
      ...(status === undefined || status === 'finished' ? [] : [wordFor(view.words.status, status)]),
    ],
  };
}
