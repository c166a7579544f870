/** A line of a list, and the small sentences its details are made of. */
import { annotationText } from '../../../../src-shared/fhir/display.ts';
import { listAt, textAt } from '../../../../src-shared/fhir/json.ts';
import type { Read, View } from './view.ts';
import { fill, wordFor } from './words.ts';

/** One line of a list. */
export type Item = {
  readonly of: Read;
  readonly title: string;
  /** FHIR date as written. */
  readonly date: string | undefined;
  /** Short sentences in the document's language. */
  readonly details: readonly string[];
  /** Word for its status; undefined where it is the expected one. */
  readonly status: string | undefined;
  readonly current: boolean;
};

export const untitled = '—';
export const present = (...parts: readonly (string | undefined)[]): string[] => parts.flatMap((part) => part || []);

export function statusWord(view: View, code: string | undefined, expected: readonly string[]): string | undefined {
  return code === undefined || expected.includes(code) ? undefined : wordFor(view.words.status, code);
}

export const notes = (view: View, resource: unknown): string[] =>
  listAt(resource, 'note').flatMap((note) => {
    const text = annotationText(note);
    return text === undefined ? [] : [fill(view.words.details.note, { text })];
  });

export const said = (sentence: string, text: string | undefined): string | undefined =>
  text === undefined ? undefined : fill(sentence, { text });

export function until(view: View, value: unknown): string | undefined {
  const date = typeof value === 'string' ? value : textAt(value, 'end');
  return date === undefined ? undefined : fill(view.words.details.until, { date: view.calendar.day(date) });
}
