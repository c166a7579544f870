/** Looking around in an export: a row's resource, parsed once, and what its references lead to. */
import { conceptText } from '../../../../src-shared/fhir/display.ts';
import { listAt, member, textAt } from '../../../../src-shared/fhir/json.ts';
import { type Addresses, planAddresses } from './addresses.ts';
import { type Calendar, calendar } from './dates.ts';
import { allRows, type ExportContext, type ExportInput, type ExportRow } from './input.ts';
import { readResource, resourceName } from './reading.ts';
import { type Words, wordsIn } from './words.ts';

export type View = {
  readonly input: ExportInput;
  readonly context: ExportContext;
  readonly addresses: Addresses;
  readonly words: Words;
  readonly calendar: Calendar;
  /** All rows that are resources of their own (no Bundles), parsed. Unreadable ones are left out and counted. */
  readonly rows: readonly Read[];
  readonly unreadable: number;
  readonly read: (row: ExportRow) => unknown;
  /** The resource a Reference element of `from` leads to, contained ones included. */
  readonly follow: (from: Read, reference: unknown) => Read | undefined;
  /** What to call it: the target's name, else the reference's own display. */
  readonly nameOf: (from: Read, reference: unknown) => string | undefined;
};

export type Read = { readonly row: ExportRow; readonly resource: unknown };

export function viewOf(input: ExportInput, context: ExportContext): View {
  const addresses = planAddresses(input);
  const parsed = new Map<string, unknown>();
  const read = (row: ExportRow): unknown => {
    if (!parsed.has(row.id)) parsed.set(row.id, readResource(row.json));
    return parsed.get(row.id);
  };
  const own = new Set([input.patient.id, ...input.rows.map((row) => row.id)]);
  const all = allRows(input).filter((row) => own.has(row.id) && row.type !== 'Bundle');
  const rows = all.map((row) => ({ row, resource: read(row) })).filter(({ resource }) => resource !== undefined);

  const follow = (from: Read, reference: unknown): Read | undefined => {
    const text = textAt(reference, 'reference');
    if (text === undefined) return undefined;
    if (text.startsWith('#')) {
      const held = listAt(from.resource, 'contained').find((resource) => textAt(resource, 'id') === text.slice(1));
      return held === undefined ? undefined : { row: from.row, resource: held };
    }
    const row = addresses.resolve(from.row, text);
    return row === undefined ? undefined : { row, resource: read(row) };
  };
  const nameOf = (from: Read, reference: unknown): string | undefined => {
    const target = follow(from, reference);
    if (target === undefined) return textAt(reference, 'display');
    if (textAt(target.resource, 'resourceType') !== 'PractitionerRole') {
      return resourceName(target.resource) ?? textAt(reference, 'display');
    }
    // One step further at most: a role names its practitioner or, failing that, its organisation.
    const [person, place] = ['practitioner', 'organization'].map((name) => {
      const held = member(target.resource, name);
      return resourceName(follow(target, held)?.resource) ?? textAt(held, 'display');
    });
    return person ?? textAt(reference, 'display') ?? conceptText(listAt(target.resource, 'code')[0]) ?? place;
  };
  return {
    input,
    context,
    addresses,
    words: wordsIn(context.language),
    calendar: calendar(context.language, context.timeZone),
    rows,
    unreadable: all.length - rows.length,
    read,
    follow,
    nameOf,
  };
}
