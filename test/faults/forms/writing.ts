/** One payload into every text field of the contract, and back as the contract takes it (unseen signs left out). */
import { isDeepStrictEqual } from 'node:util';
import { noteContent } from '../../../src-shared/contract/chart.ts';
import type { CallInput, Output, ProcedureName } from '../../../src-shared/contract/index.ts';
import { demographics } from '../../../src-shared/contract/patients.ts';
import { line, prose } from '../../../src-shared/contract/primitives.ts';
import { person } from '../core/clinic.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import { fitted } from './payloads.ts';

export type Call = <N extends ProcedureName>(procedure: N, input: CallInput<N>) => Promise<Output<N>>;

/** Fields that are written here and must be shown or given back. */
export const covered: readonly RegExp[] = [
  /^setup\.create (clinicName|workstationName|admin\.displayName)$/,
  /^users\.create displayName$/,
  /^patients\.(create|update) demographics\./,
  /^patients\.(search text|similar (family|given))$/,
  /^chart\.add(Problem|Allergy|Medication) /,
  /^notes\.saveDraft content\./,
  /^snippets\.save (name|text)$/,
  /^audit\.saveFilter (name|filter\.(device|purpose|text))$/,
  /^retention\.hold reason$/,
];

/** Fields that take any text but are secrets, paths, ids or keys of tables: refused or never shown. */
export const notShown: readonly RegExp[] = [
  / (password|current|next)$/,
  / (path|paths\[\])$/,
  /^(setup\.(checkPassword|saveKit|confirmKit)|recovery\.) ?/,
  /^sessions\.(signIn userName|remember (patientId|tab))$/,
  /^chart\.recordVitals values\[\]/,
  / (id|encounterId|filter\.userId|filter\.patientId)$/,
  // Looked up by: what no entry has finds nothing.
  /^audit\.(page|counts) filter\.(device|purpose|terms\[\]\.(purposes|users|devices)\[\])$/,
  // Compared, or read as a certificate: anything else is refused.
  /^(requests\.ask subject\.|retention\.prune )keptDigest$/,
  /^logServer\.((set|test) authorities|readAuthorities text)$/,
  // Compared with the version that is ready: another is refused, and shown nowhere.
  /^updates\.install version$/,
  // Secrets of a connection, words to compare, a conflict to settle: what is none is refused.
  /^(backend\.connect token|enrolment\.ask code|enrolment\.(admit|finish) words\[\])$/,
  /^conflicts\.settle (field|version)$/,
  // Seen on the screens of another workstation, which this trial does not have.
  /^enrolment\.ask name$/,
  // Kept beside the report, and shown nowhere.
  /^accessReports\.make names\.reason$/,
];

export type Wrote = {
  readonly patientId: string;
  /** Texts that the chart must show somewhere. */
  readonly inChart: readonly string[];
  readonly displayName: string;
};

function demographicsOf(text: string): CallInput<'patients.create'>['demographics'] {
  const all = (limit: number) => fitted(text, limit);
  return {
    family: all(120),
    given: all(120),
    former: all(120),
    birthDate: '1971-03-14',
    gender: 'female',
    identifiers: [{ system: all(200), value: all(80), label: all(40) }],
    phone: all(40),
    email: all(120),
    address: { line: all(200), postalCode: all(20), city: all(120), country: all(60) },
  };
}

/** A saved filter and the reason of a legal hold. */
async function keepInTheLog(call: Call, text: string): Promise<void> {
  const words = { name: fitted(`n ${text}`, 60), text: fitted(text, 100) };
  const none = { userId: null, patientId: null, kind: null, outcome: null };
  const filter = { ...none, device: fitted(text, 64), purpose: fitted(text, 64), text: words.text };
  const range = { kind: 'last' as const, name: 'all' as const };
  await call('audit.saveFilter', { name: words.name, filter: { ...filter, range } });
  const { filters } = await call('audit.overview', {});
  const kept = filters.find(({ name }) => name === line(60).parse(words.name));
  hold(kept?.filter.text === line(100).parse(words.text), 'a saved filter comes back changed');
  const reason = fitted(`r ${text}`, 1000);
  const { id } = await call('retention.hold', { patientId: null, reason });
  const { holds } = await call('retention.holds', {});
  hold(holds.find((one) => one.id === id)?.reason === prose(1000).parse(reason), 'a hold comes back changed');
}

export async function writeEverywhere(call: Call, text: string, random: Prng): Promise<Wrote> {
  const all = (limit: number) => fitted(text, limit);
  const first = demographicsOf('Before');
  const { patientId } = await call('patients.create', { demographics: first, notADuplicate: true });
  const { version } = await call('patients.demographics', { patientId });
  const typed = demographicsOf(text);
  await call('patients.update', { patientId, version, demographics: typed });
  const back = await call('patients.demographics', { patientId });
  hold(isDeepStrictEqual(back.demographics, demographics.parse(typed)), 'demographics come back changed');
  await call('patients.search', { text: all(200) });
  await call('patients.endSearch', { opened: null });
  await call('patients.similar', { family: all(120), given: all(120), birthDate: null });

  const coded = { code: all(40), system: all(200) };
  await call('chart.addProblem', { patientId, text: all(200), ...coded, onset: null, note: all(2000) });
  await call('chart.addAllergy', {
    kind: 'allergy',
    patientId,
    text: all(200),
    ...coded,
    category: 'food',
    criticality: 'high',
    reaction: all(200),
    onset: null,
  });
  await call('chart.addMedication', {
    patientId,
    text: all(200),
    ...coded,
    dosage: all(200),
    start: null,
    note: all(2000),
  });
  const soap = { subjective: all(5000), objective: all(5000), assessment: all(5000), plan: all(5000), text: '' };
  const content = { format: 'soap' as const, title: all(160), encounterClass: 'AMB' as const, ...soap };
  const unsaved = { draftId: null, patientId, encounterId: null, amends: null, content };
  const { draftId } = await call('notes.saveDraft', unsaved);
  const { drafts } = await call('notes.drafts', {});
  const found = drafts.find(({ draft }) => draft.id === draftId);
  hold(isDeepStrictEqual(found?.draft.content, noteContent.parse(content)), 'a draft comes back changed');
  await call('notes.sign', { draftId, password: person.password });
  await call('notes.saveDraft', { ...unsaved, content: { ...content, format: 'text', text: all(5000) } });
  const snippet = { id: null, name: all(60), text: all(5000) };
  const { id } = await call('snippets.save', snippet);
  const { snippets } = await call('snippets.list', {});
  const saved = snippets.find((one) => one.id === id);
  const taken = [line(60).parse(snippet.name), prose(5000).parse(snippet.text)];
  hold(saved?.name === taken[0] && saved?.text === taken[1], 'a snippet comes back changed');
  await keepInTheLog(call, text);
  const displayName = all(120);
  await call('users.create', {
    userName: `p${random.next().toString(36)}`,
    displayName,
    roles: ['reception'],
  });
  const { rows } = await call('chart.open', { patientId });
  const stored = JSON.stringify(rows.map(({ json }): unknown => JSON.parse(json)));
  const kept200 = line(200).parse(all(200));
  hold(stored.includes(JSON.stringify(kept200).slice(1, -1)), 'the chart comes back without it');
  return { patientId, inChart: [kept200, line(120).parse(typed.family)], displayName: line(120).parse(displayName) };
}
