/** Lists around the care itself: devices, alerts, plans, consents, reports. */
import { conceptText } from '../../../../src-shared/fhir/display.ts';
import { listAt, member, textAt } from '../../../../src-shared/fhir/json.ts';
import { type Item, notes, present, said, statusWord, until, untitled } from './item.ts';
import { choice, dateOf } from './reading.ts';
import type { Read, View } from './view.ts';
import { fill } from './words.ts';

export function device(view: View, of: Read): Omit<Item, 'of'> {
  const { resource } = of;
  const used = member(resource, 'device');
  const own = of.row.type === 'Device';
  const name = own
    ? (textAt(listAt(resource, 'deviceName')[0], 'name') ?? conceptText(member(resource, 'type')))
    : (textAt(used, 'display') ?? view.nameOf(of, used));
  return {
    title: name ?? untitled,
    date: dateOf(choice(resource, 'timing')) ?? textAt(resource, 'recordedOn'),
    details: present(
      conceptText(member(resource, 'bodySite')),
      textAt(resource, 'manufacturer'),
      textAt(resource, 'modelNumber'),
      said(view.words.details.lot, textAt(resource, 'lotNumber')),
      ...notes(view, resource),
    ),
    status: statusWord(view, textAt(resource, 'status'), ['active']),
    current: !['completed', 'inactive', 'stopped'].includes(textAt(resource, 'status') ?? ''),
  };
}

export function flag(view: View, { resource }: Read): Omit<Item, 'of'> {
  return {
    title: conceptText(member(resource, 'code')) ?? untitled,
    date: dateOf(member(resource, 'period')),
    details: present(...listAt(resource, 'category').map(conceptText), until(view, member(resource, 'period'))),
    status: statusWord(view, textAt(resource, 'status'), ['active']),
    current: textAt(resource, 'status') === 'active',
  };
}

export function plan(view: View, of: Read): Omit<Item, 'of'> {
  const { resource } = of;
  const activities = listAt(resource, 'activity').flatMap((activity) => {
    const detail = member(activity, 'detail');
    return (
      conceptText(member(detail, 'code')) ??
      textAt(detail, 'description') ??
      view.nameOf(of, member(activity, 'reference')) ??
      []
    );
  });
  const advised = listAt(resource, 'recommendation').flatMap(
    (each) => conceptText(listAt(each, 'vaccineCode')[0]) ?? [],
  );
  const description = member(resource, 'description');
  return {
    title:
      textAt(resource, 'title') ??
      conceptText(listAt(resource, 'category')[0]) ??
      conceptText(member(resource, 'code')) ??
      (typeof description === 'string' ? textAt(resource, 'description') : conceptText(description)) ??
      advised[0] ??
      untitled,
    date:
      dateOf(member(resource, 'period')) ??
      textAt(resource, 'created') ??
      textAt(resource, 'authoredOn') ??
      textAt(resource, 'startDate') ??
      textAt(resource, 'date'),
    details: present(
      typeof description === 'string' ? textAt(resource, 'description') : undefined,
      until(view, member(resource, 'period')),
      ...activities,
      ...advised.slice(1),
      ...notes(view, resource),
    ),
    status: statusWord(view, textAt(resource, 'status') ?? textAt(resource, 'lifecycleStatus'), ['active']),
    current: !['completed', 'revoked', 'cancelled', 'rejected'].includes(
      textAt(resource, 'status') ?? textAt(resource, 'lifecycleStatus') ?? '',
    ),
  };
}

export function consent(view: View, { resource }: Read): Omit<Item, 'of'> {
  const codes = listAt(member(resource, 'provision'), 'code').flatMap((each) => conceptText(each) ?? []);
  const categories = listAt(resource, 'category').flatMap((each) => conceptText(each) ?? []);
  return {
    title: categories[0] ?? codes[0] ?? conceptText(member(resource, 'scope')) ?? untitled,
    date: textAt(resource, 'dateTime'),
    details: present(...categories.slice(1), ...codes),
    status: statusWord(view, textAt(resource, 'status'), ['active']),
    current: textAt(resource, 'status') === 'active',
  };
}

export function report(view: View, of: Read): Omit<Item, 'of'> {
  const { resource } = of;
  const who = listAt(resource, 'performer').flatMap((each) => view.nameOf(of, each) ?? []);
  return {
    title: conceptText(member(resource, 'code')) ?? untitled,
    date: dateOf(choice(resource, 'effective')) ?? textAt(resource, 'issued'),
    details: present(
      who.length === 0 ? undefined : fill(view.words.details.by, { name: who.join(', ') }),
      said(view.words.details.conclusion, textAt(resource, 'conclusion')),
      ...listAt(resource, 'conclusionCode').map(conceptText),
      ...listAt(resource, 'presentedForm').map((form) =>
        said(view.words.details.attachment, textAt(form, 'title') ?? textAt(form, 'contentType')),
      ),
    ),
    status: statusWord(view, textAt(resource, 'status'), ['final']),
    current: true,
  };
}
