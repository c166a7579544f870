/** A day of a clinic with two workstations, in which whatever a person can type is a text that is found again. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NoteContent } from '../../../src-shared/contract/chart.ts';
import type { BackendProcess } from '../backend/process.ts';
import { connectClinic, enrol, settled, until, WorkstationHome } from '../backend/workstations.ts';
import { person } from '../core/clinic.ts';
import type { CoreProcess } from '../core/process.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import type { Marker } from './scan.ts';

const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Texts that were given out, and ids that were seen. */
export class Marks {
  readonly #random: Prng;
  readonly #all: Marker[] = [];
  readonly #ids = new Map<string, string>();

  constructor(random: Prng) {
    this.#random = random;
    this.#all.push({ name: 'user name of the admin', text: person.userName });
    this.#all.push({ name: 'password of the admin', text: person.password });
  }

  /** With a letter outside ASCII, capitals and a digit: spellings differ. */
  text(name: string): string {
    const chance = this.#random.bytes(5).toString('hex');
    const text = `Zqvx${chance}Weiß`;
    this.#all.push({ name, text });
    return text;
  }

  /** As it is, where the field takes no free text. */
  exact(name: string, text: string): string {
    this.#all.push({ name, text });
    return text;
  }

  /** Ids in an answer that the backend has no business with. */
  ids(name: string, answer: unknown): void {
    for (const id of JSON.stringify(answer).match(uuids) ?? []) this.#ids.set(id, name);
  }

  /** @param visible ids that docs/what-the-backend-sees.md says it sees */
  all(visible: readonly string[]): readonly Marker[] {
    const ids = [...this.#ids].filter(([id]) => !visible.includes(id));
    return [...this.#all, ...ids.map(([text, name]) => ({ name: `id: ${name}`, text }))];
  }
}

function note(marks: Marks, who: string): NoteContent {
  return {
    format: 'soap',
    title: marks.text(`title of a note, ${who}`),
    encounterClass: 'AMB',
    subjective: marks.text(`note, subjective, ${who}`),
    objective: marks.text(`note, objective, ${who}`),
    assessment: marks.text(`note, assessment, ${who}`),
    plan: marks.text(`note, plan, ${who}`),
    text: '',
  };
}

async function newPatient(core: CoreProcess, marks: Marks, who: string): Promise<string> {
  const { patientId: id } = await core.demand('patients.create', {
    demographics: {
      family: marks.text(`family name, ${who}`),
      given: marks.text(`given name, ${who}`),
      former: marks.text(`former name, ${who}`),
      birthDate: marks.exact(`birth date, ${who}`, who === 'first' ? '1917-03-29' : '1919-11-23'),
      gender: 'female',
      identifiers: [
        {
          system: marks.text(`system of an identifier, ${who}`),
          value: marks.text(`identifier, ${who}`),
          label: 'Kasse',
        },
      ],
      phone: marks.exact(`phone, ${who}`, who === 'first' ? '+49 30 555 197 641' : '+34 91 555 823 107'),
      email: marks.exact(`e-mail, ${who}`, `zqvx.${who}@quitte-am-see.example`),
      address: {
        line: marks.text(`street, ${who}`),
        postalCode: marks.exact(`postal code, ${who}`, who === 'first' ? 'ZQ9041X' : 'ZQ7713X'),
        city: marks.text(`city, ${who}`),
        country: marks.text(`country, ${who}`),
      },
    },
    notADuplicate: true,
  });
  marks.ids('patient', id);
  return id;
}

async function chartOf(core: CoreProcess, patientId: string, marks: Marks, who: string): Promise<void> {
  const text = (field: string) => marks.text(`${field}, ${who}`);
  await core.demand('chart.addProblem', {
    patientId,
    text: text('problem'),
    code: text('code of a problem'),
    system: text('system of a problem'),
    onset: '2011',
    note: text('remark on a problem'),
  });
  await core.demand('chart.addAllergy', {
    kind: 'allergy',
    patientId,
    text: text('allergy'),
    code: text('code of an allergy'),
    system: text('system of an allergy'),
    category: 'medication',
    criticality: 'high',
    reaction: text('reaction'),
    onset: null,
  });
  await core.demand('chart.addMedication', {
    patientId,
    text: text('medication'),
    code: text('code of a medication'),
    system: text('system of a medication'),
    dosage: text('dosage'),
    start: null,
    note: text('remark on a medication'),
  });
  const { draftId } = await core.demand('notes.saveDraft', {
    draftId: null,
    patientId,
    encounterId: null,
    amends: null,
    content: note(marks, who),
  });
  await core.demand('notes.sign', { draftId, password: person.password });
  await core.demand('notes.saveDraft', {
    draftId: null,
    patientId,
    encounterId: null,
    amends: null,
    content: note(marks, `a draft, ${who}`),
  });
  marks.ids('chart', await core.demand('chart.open', { patientId }));
}

/** A file of another system, with a document too long to stand in an op. */
async function importFile(at: WorkstationHome, marks: Marks): Promise<void> {
  const path = join(at.home, `${marks.text('name of an imported file')}.ndjson`);
  const long = `${marks.text('long document')} and so on. `.repeat(12_000);
  const [patient, composition] = ['zqvxoriginal1', 'zqvxoriginal2'];
  const rows = [
    {
      resourceType: 'Patient',
      id: marks.exact('id in another system', patient),
      name: [{ family: marks.text('imported family name'), given: [marks.text('imported given name')] }],
    },
    {
      resourceType: 'Composition',
      id: composition,
      status: 'final',
      type: { text: 'Letter' },
      subject: { reference: `Patient/${patient}` },
      date: '2024-05-06',
      author: [{ display: marks.text('author of an imported letter') }],
      title: marks.text('title of an imported letter'),
      section: [
        {
          title: 'Letter',
          text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${long}</p></div>` },
        },
      ],
    },
  ];
  writeFileSync(path, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
  const { id } = await at.core.demand('imports.choose', { paths: [path] });
  await at.core.demand('imports.start', { importId: id });
  const { accepted } = await at.core.demand('imports.wait', { importId: id });
  hold(accepted === rows.length, () => `${accepted} of ${rows.length} imported`);
}

/** People, roles, settings: what the directory carries. */
async function people(core: CoreProcess, marks: Marks): Promise<void> {
  const { roleId } = await core.demand('roles.define', {
    name: marks.text('name of a role'),
    permissions: ['patient:read'],
  });
  const created = await core.demand('users.create', {
    userName: marks.exact('user name of a colleague', 'zqvx.kollegin'),
    displayName: marks.text('display name of a colleague'),
    roles: ['practitioner', roleId],
  });
  marks.exact('invitation code', created.invitation.code);
  marks.ids('user', created);
  await core.demand('snippets.save', {
    id: null,
    name: marks.text('name of a snippet'),
    text: marks.text('text of a snippet'),
  });
  await core.demand('patients.search', { text: marks.text('searched text') });
}

export type Day = { readonly one: WorkstationHome; readonly two: WorkstationHome; readonly visible: readonly string[] };

/** From the first connection on; everything settled at the end. */
export async function playDay(folder: string, backend: BackendProcess, marks: Marks): Promise<Day> {
  const { port } = backend.facts;
  const one = await WorkstationHome.at(join(folder, 'one'));
  await one.setUp({
    clinicName: marks.text('name of the clinic'),
    workstationName: marks.text('name of the first workstation'),
    displayName: marks.text('display name of the admin'),
  });
  const tenant = await connectClinic(one, backend, port);
  await people(one.core, marks);
  const first = await newPatient(one.core, marks, 'first');
  await chartOf(one.core, first, marks, 'first');
  await importFile(one, marks);
  await settled([one]);
  // The new workstation begins with a snapshot of all that.
  const two = await enrol(one, join(folder, 'two'), { port, name: marks.text('name of the second workstation') });
  await settled([one, two], 60_000);
  await until(
    'the first patient is on the second workstation',
    10_000,
    async () => (await two.core.code('chart.open', { patientId: first })) === null,
  );
  const second = await newPatient(two.core, marks, 'second');
  await chartOf(two.core, second, marks, 'second');
  await chartOf(two.core, first, marks, 'first, elsewhere');
  await one.core.demand('keys.rotateClinicKey', {});
  await settled([one, two], 60_000);
  marks.ids('chart', await one.core.demand('chart.open', { patientId: first }));
  marks.ids('chart', await one.core.demand('chart.open', { patientId: second }));
  marks.ids('user', await one.core.demand('users.list', {}));
  marks.ids('roster', await one.core.demand('roster.state', { at: null }));
  const { devices } = await one.core.demand('devices.list', {});
  return { one, two, visible: [tenant, ...devices.map(({ deviceId }) => deviceId)] };
}
