/** Letterhead and the patient's banner: who it is, and allergies before anything else. */
import type { Content } from 'pdfmake/interfaces';
import { conceptText, nameText } from '../../../../../src-shared/fhir/display.ts';
import { listAt, member, textAt } from '../../../../../src-shared/fhir/json.ts';
import type { PatientRecord } from '../record.ts';
import type { View } from '../view.ts';
import { fill, wordFor } from '../words.ts';
import type { Ink } from './ink.ts';
import { box, colours, line, longest, page, say, small } from './look.ts';

export function letterhead(view: View, ink: Ink): Content {
  const { words, context, calendar } = view;
  return {
    stack: [
      {
        columns: [
          say(ink, context.clinic.name, { bold: true, fontSize: 12.5, color: colours.ink }, longest.line),
          { text: words.title, alignment: 'right', fontSize: 12.5, color: colours.teal },
        ],
        columnGap: 20,
      },
      say(
        ink,
        fill(words.printed, { date: calendar.instant(context.at), name: context.by }),
        { ...small, margin: [0, 2, 0, 6] },
        longest.line * 2,
      ),
      { canvas: [{ type: 'rect', x: 0, y: 0, w: page.width, h: 1.5, color: colours.teal }], margin: [0, 0, 0, 12] },
    ],
  };
}

/** The patient's name as the banner and the head of each page show it. */
export function patientName(view: View, record: PatientRecord): string {
  const name = record.patient.names[0];
  const given = name?.given.join(' ') ?? '';
  if (name?.family !== undefined) return given === '' ? name.family : `${name.family}, ${given}`;
  return given || (name?.text ?? view.words.patient.noName);
}

/** Born, age, sex: what tells two people of one name apart. */
export function whoElse(view: View, record: PatientRecord): string {
  const { words, calendar, context } = view;
  const { birthDate, gender, deceased } = record.patient;
  const until = typeof deceased === 'string' ? deceased : calendar.dayOf(context.at);
  const years =
    birthDate === undefined || deceased === true ? undefined : calendar.years(birthDate, until.slice(0, 10));
  return [
    birthDate === undefined ? words.patient.noBirthDate : fill(words.patient.born, { date: calendar.day(birthDate) }),
    years === undefined ? undefined : fill(words.patient.years, { years }),
    gender === undefined ? undefined : wordFor(words.gender, gender),
    typeof deceased === 'string'
      ? fill(words.patient.died, { date: calendar.day(deceased) })
      : deceased === true
        ? words.patient.deceased
        : undefined,
  ]
    .filter((part) => part !== undefined)
    .join('  ·  ');
}

export function banner(view: View, record: PatientRecord, ink: Ink): Content[] {
  const facts = particulars(view, record).map(([label, value]) =>
    line([{ text: `${label}  `, color: colours.quiet }, say(ink, value, {}, longest.line)], {
      fontSize: 8.5,
      margin: [0, 1.5, 0, 0],
    }),
  );
  const half = Math.ceil(facts.length / 2);
  return [
    say(ink, patientName(view, record), { bold: true, fontSize: 19, margin: [0, 0, 0, 2] }, longest.line),
    say(ink, whoElse(view, record), { fontSize: 10.5, margin: [0, 0, 0, 5] }, longest.line),
    ...(facts.length === 0
      ? []
      : [{ columns: [{ stack: facts.slice(0, half) }, { stack: facts.slice(half) }], columnGap: 16 }]),
    allergyBox(view, record, ink),
  ];
}

/** Identifiers, former names, ways to reach the person. */
function particulars(view: View, record: PatientRecord): [string, string][] {
  const { words } = view;
  const resource = record.patientResource;
  const { names, identifiers, phones, emails } = record.patient;
  const former = names
    .filter((name) => name.former)
    .map(
      (name) =>
        [name.family, name.given.join(' ')].filter((part) => part !== undefined && part !== '').join(', ') || name.text,
    );
  const addresses = listAt(resource, 'address').map(
    (address) =>
      textAt(address, 'text') ??
      [
        ...listAt(address, 'line').filter((part) => typeof part === 'string'),
        [textAt(address, 'postalCode'), textAt(address, 'city')].filter((part) => part !== undefined).join(' '),
        textAt(address, 'country') ?? '',
      ]
        .filter((part) => part !== '')
        .join(', '),
  );
  const doctors = listAt(resource, 'generalPractitioner').flatMap(
    (each) => view.nameOf({ row: view.input.patient, resource }, each) ?? [],
  );
  const contacts = listAt(resource, 'contact').flatMap((contact) => {
    const name = nameText(member(contact, 'name'));
    const numbers = listAt(contact, 'telecom').flatMap((each) => textAt(each, 'value') ?? []);
    const relation = listAt(contact, 'relationship').flatMap((each) => conceptText(each) ?? []);
    return [[name, ...relation, ...numbers].filter((part) => part !== undefined).join(', ')];
  });
  const languages = listAt(resource, 'communication').flatMap((each) => conceptText(member(each, 'language')) ?? []);
  const rows: [string, string | undefined][] = [
    ...identifiers.map(({ label, value }): [string, string] => [label ?? words.patient.identifier, value]),
    [words.patient.formerName, former.filter((name) => name !== undefined).join('; ')],
    [words.patient.phone, phones.join(', ')],
    [words.patient.email, emails.join(', ')],
    [words.patient.address, addresses.join('; ')],
    [words.patient.contact, contacts.join('; ')],
    [words.patient.gp, doctors.join(', ')],
    [words.patient.language, languages.join(', ')],
  ];
  return rows.flatMap(([label, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[label, value]],
  );
}

/** Red with what one reacts to; grey words where there is nothing to warn of. "None known" is not "not asked". */
function allergyBox(view: View, record: PatientRecord, ink: Ink): Content {
  const { words } = view;
  if (record.allergyState !== 'known') {
    const text = record.allergyState === 'none-known' ? words.noKnownAllergies : words.allergiesNotRecorded;
    return {
      table: { widths: ['*'], body: [[{ text, bold: true, fillColor: colours.pale }]] },
      layout: box,
      margin: [0, 9, 0, 0],
    };
  }
  const current = record.allergies.filter((item) => item.current);
  const content: Content[] = [{ text: `▲ ${words.allergyBanner}`, bold: true, fontSize: 8, margin: [0, 0, 0, 2] }];
  for (const item of current) {
    const details = item.details.filter((detail) => detail.length < longest.line).join(' · ');
    content.push(
      line(
        [
          say(ink, item.title, { bold: true }, longest.line),
          say(ink, details === '' ? '' : `   ${details}`, { fontSize: 8 }, longest.cell),
        ],
        { margin: [0, 0.5, 0, 0.5] },
      ),
    );
  }
  return {
    table: { widths: ['*'], body: [[{ stack: content, color: colours.red, fillColor: colours.redPale }]] },
    layout: box,
    margin: [0, 9, 0, 0],
  };
}
