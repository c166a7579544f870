/** A patient is told who accessed their record: looked at first, then made as a PDF or as FHIR. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { HandlerInput, Output } from '../../../src-shared/contract/index.ts';
import { type Language, language as languages } from '../../../src-shared/contract/primitives.ts';
import { listAt, member, textAt } from '../../../src-shared/fhir/json.ts';
import { parseResource } from '../../../src-shared/fhir/lossless.ts';
import { mayOpen } from '../access/chokepoint.ts';
import { head } from '../audit/log.ts';
import { accessBundle } from '../audit/report/bundle.ts';
import { keepReport } from '../audit/report/decision.ts';
import {
  type Accesses,
  type AccessReport,
  gatherAccesses,
  logBounds,
  type ReportNames,
} from '../audit/report/gather.ts';
import { spanOf } from '../audit/report/span.ts';
import type { Handlers, TaskContext } from '../call.ts';
import { personName } from '../chart/person-name.ts';
import type { Core } from '../core.ts';
import { randomUuid } from '../crypto/random.ts';
import type { Store } from '../store/open.ts';
import { readPatient, readPatientResource } from '../store/patient.ts';
import { runSliced } from '../store/slices.ts';
import { version } from '../version.ts';
import { buildDocument } from './build-document.ts';
import { saveFile } from './save-file.ts';

const previewLines = 300;
/** How long one look covers looking on, at another span of the same record, milliseconds. */
const lookLasts = 10 * 60_000;

/**
 * The report holds nothing clinical: who sees the whole log sees no more by it, and may make it. Others are held to the
 * restriction of this chart: what kinds of data it holds, and who works on it, is more than they are to know.
 * @throws CallError not-found, restricted
 */
function demandPatient({ core, session }: TaskContext, patientId: string): Store {
  const { store } = core.demandOpen();
  if (readPatient(store, patientId) === null) throw new CallError('not-found');
  if (!session.permissions.has('audit:read') && !mayOpen(store, session, patientId)) {
    throw new CallError('restricted', { ids: [patientId] });
  }
  return store;
}

function namesIn(core: Core, store: Store, withNames: boolean): ReportNames {
  const people = core.vault.people.names();
  const roles = core.vault.ownRoleNames();
  const here = core.vault.displayDirectory()?.workstationName ?? '';
  return {
    person: (id) => (withNames ? (people.get(id) ?? id) : null),
    role: (id) => roles.get(id) ?? id,
    device: (id) => (id === store.device ? here : id),
  };
}

const prefers = (spoken: unknown): number => (member(spoken, 'preferred') === true ? 1 : 0);

/** The patient's own language, the preferred one first; the clinic's where the record names none that we speak. */
function languageOf(core: Core, store: Store, patientId: string): Language {
  const row = readPatientResource(store, patientId);
  const spoken = row === null ? [] : listAt(parseResource(row.json), 'communication');
  const preferred = spoken.toSorted((a, b) => prefers(b) - prefers(a));
  const codes = preferred.flatMap((each) =>
    listAt(member(each, 'language'), 'coding').flatMap((coding) => textAt(coding, 'code') ?? []),
  );
  const found = codes.map((code) => languages.safeParse(code.slice(0, 2).toLowerCase())).find(({ success }) => success);
  return found?.data ?? core.vault.displayDirectory()?.language ?? 'en';
}

/** Between two slices a session may end. @throws CallError not-signed-in */
async function gather(
  { core, session, now }: TaskContext,
  store: Store,
  { patientId, span }: Pick<HandlerInput<'accessReports.make'>, 'patientId' | 'span'>,
  withNames: boolean,
): Promise<Accesses & { readonly within: ReturnType<typeof spanOf>; readonly log: ReturnType<typeof head> }> {
  const within = spanOf(span, now);
  const log = head(store);
  const found = await runSliced(gatherAccesses(store, patientId, within, log.size, namesIn(core, store, withNames)), {
    onProgress: () => {
      if (session.keys.closed) throw new CallError('not-signed-in');
    },
  });
  return { ...found, within, log };
}

async function preview(
  context: TaskContext,
  input: HandlerInput<'accessReports.preview'>,
): Promise<Output<'accessReports.preview'>> {
  const { patientId } = input;
  const store = demandPatient(context, patientId);
  const { lines, summary, within } = await gather(context, store, input, false);
  context.record(({ session, entry, now, kept }) => {
    entry.patientId = patientId;
    entry.detail['count'] = summary.accesses;
    const filter = `access-report ${patientId}`;
    if (session.look?.filter === filter && now - session.look.at < lookLasts) entry.covered = true;
    else
      kept(() => {
        session.look = { filter, at: now };
      });
  });
  return {
    ...within,
    summary,
    lines: lines.slice(0, previewLines),
    lineCount: lines.length,
    ...logBounds(store),
    language: languageOf(context.core, store, patientId),
  };
}

async function make(
  context: TaskContext,
  input: HandlerInput<'accessReports.make'>,
): Promise<Output<'accessReports.make'>> {
  const { core, connection, session, now } = context;
  const { patientId, form, names, path } = input;
  const store = demandPatient(context, patientId);
  const withNames = names !== null;
  if (withNames && !session.permissions.has('access-report:names')) throw new CallError('forbidden');
  const found = await gather(context, store, input, withNames);
  const language = input.language ?? languageOf(core, store, patientId);
  const id = randomUuid();
  const shown = core.vault.displayDirectory();
  const roles = core.vault.ownRoleNames();
  const { lines, summary, sources, shut, within, log } = found;
  const { patientName, birthDate } = personName(store, patientId);
  const report: AccessReport = {
    ...within,
    ...logBounds(store),
    lines,
    summary,
    sources,
    shut,
    id,
    madeAt: now,
    language,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    clinic: shown?.clinicName ?? '',
    where: shown?.workstationName ?? '',
    by: {
      roles: [...session.roles].map((role) => roles.get(role) ?? role),
      name: withNames ? session.displayName : null,
    },
    patient: { name: patientName, birthDate },
    log: { device: store.device, ...log },
    withNames,
    roleNames: Object.fromEntries(roles),
    version,
  };
  // The log was looked at whatever becomes of the file; that a report was given out stays only where one was.
  let noted = false;
  const note = (step: 'written' | 'not-saved'): void => {
    noted = true;
    context.record(({ tx, entry }) => {
      entry.patientId = patientId;
      entry.purpose = 'PATRQT';
      const of = { form, language, names: withNames ? 'yes' : 'no', entries: summary.accesses };
      Object.assign(entry.detail, { step, ...of });
      if (step === 'not-saved') return;
      entry.entity.push(id);
      const { from, to } = within;
      const namesReason = names?.reason.trim() ?? null;
      keepReport(tx, { id, patientId, byUser: session.userId, from, to, language, form, namesReason });
    });
  };
  const made = async (): Promise<Buffer> =>
    form === 'pdf'
      ? await buildDocument({ format: 'access-report', report })
      : Buffer.from(accessBundle(report, found, patientId), 'utf8');
  const parts = function* (bytes: Buffer): Generator<Uint8Array> {
    yield bytes;
    // The file gets its name only when the entry that says what is in it is on the disk.
    note('written');
  };
  try {
    const bytes = await made();
    // File names say nothing about the patient: they end up in lists of recent documents.
    const saved = await saveFile(core, connection, {
      path,
      title: 'Carekeep',
      defaultName: form === 'pdf' ? 'access-report.pdf' : 'access-report.json',
      filters: [form === 'pdf' ? { name: 'PDF', extensions: ['pdf'] } : { name: 'FHIR JSON', extensions: ['json'] }],
      bytes: parts(bytes),
    });
    return { saved, bytes: saved ? bytes.length : 0, entries: summary.accesses };
  } finally {
    // Who may no longer write an entry leaves that of the failure.
    if (!noted && !session.keys.closed) note('not-saved');
  }
}

export const accessReportHandlers: Handlers<'accessReports'> = { preview, make };
