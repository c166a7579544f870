/** A signed note read back from the record: a Composition with its sections as words. Pure. */
import { referenceText } from '../../src-shared/fhir/display.ts';
import { firstOf, listAt, member, textAt } from '../../src-shared/fhir/json.ts';
import { amendedNote, type NotePart, noteParts, noteText } from '../../src-shared/fhir/note.ts';
import type { Chart, Item } from '../chart/model/chart.ts';

export type NoteSection = { readonly part: NotePart; readonly text: string };
export type Note = {
  readonly item: Item;
  readonly title: string;
  readonly author: string;
  readonly encounterClass: string | undefined;
  readonly sections: readonly NoteSection[];
  /** Local id of the note this one amends. */
  readonly amends: string | undefined;
};
export type NoteWithAmendments = Note & { readonly amendments: readonly Note[] };

export function readNote(item: Item, chart: Chart): Note {
  const author = firstOf(listAt(item.json, 'author'), (reference) => {
    const name = firstOf(listAt(chart.follow(item.json, reference), 'name'), (each) => textAt(each, 'text'));
    return textAt(reference, 'display') ?? name;
  });
  const encounter = item.row.encounterId === null ? undefined : chart.byId.get(item.row.encounterId);
  const words = noteText(item.json);
  const target = amendedNote(item.json);
  return {
    item,
    title: textAt(item.json, 'title') ?? item.title,
    author: author ?? referenceText(listAt(item.json, 'author')[0]) ?? item.row.source.by,
    encounterClass: textAt(member(encounter?.json, 'class'), 'code'),
    sections: noteParts.flatMap((part) => (words[part] === undefined ? [] : [{ part, text: words[part] }])),
    amends: target === undefined ? undefined : chart.idOf({ reference: target }),
  };
}

/** Signed notes, the newest first, each with what amends it, the oldest amendment first. */
export function signedNotes(chart: Chart): readonly NoteWithAmendments[] {
  const notes = chart.items
    .filter((item) => item.row.signed && item.row.type === 'Composition')
    .map((item) => readNote(item, chart));
  const ids = new Set(notes.map((note) => String(note.item.row.id)));
  const roots = new Map<string, string | undefined>(notes.map((note) => [String(note.item.row.id), note.amends]));
  // an amendment of an amendment stands under the first note too
  const rootOf = (note: Note): string => {
    let id = String(note.item.row.id);
    for (let step = 0; step < notes.length; step += 1) {
      const above = roots.get(id);
      if (above === undefined || !ids.has(above) || above === id) return id;
      id = above;
    }
    return String(note.item.row.id);
  };
  const under = Map.groupBy(notes, rootOf);
  return notes.flatMap((note) => {
    const id = String(note.item.row.id);
    if (rootOf(note) !== id) return [];
    const amendments = (under.get(id) ?? []).filter((each) => each !== note).toReversed();
    return [{ ...note, amendments }];
  });
}
