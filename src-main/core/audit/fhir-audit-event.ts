/**
 * An entry as FHIR R4 AuditEvent after IHE Basic Audit Log Patterns (BALP 1.1): BasicAudit.PatientCreate, -Read, -Update,
 * -Delete and their like without a patient. A profile is claimed only where the entry meets it: successful RESTful
 * acts. Queries never do, because BALP wants the text of the query and the log holds no typed text.
 */
import type { AuditEvent, AuditEventAgent, AuditEventEntity, Coding, Reference } from 'fhir/r4';
import type { AuditEntry } from './entry.ts';
import { dcm, eventKind, rest } from './fhir-event-kinds.ts';

/** What stands behind an entry's ids, as far as the reader is meant to know. */
export type AuditEventNames = {
  readonly clinic: string;
  readonly device: (id: string) => string;
  /** The person behind a user's id; `identifier` and `name` absent where they are withheld. */
  readonly user: (
    id: string,
    roles: readonly string[],
  ) => {
    readonly identifier?: string;
    readonly name?: string;
    /** What stands for the person where there is no name. */
    readonly display: string;
  };
  readonly role: (id: string) => string;
  readonly patient: (pseudonym: string) => Reference;
  /** Local ids that may be told, with their resource types where those are known. */
  readonly entity: (entry: AuditEntry) => readonly { readonly id: string; readonly type?: string }[];
  /** Codes and numbers told with it. */
  readonly detail: (entry: AuditEntry) => Readonly<Record<string, string | number>>;
};

const profiles = { C: 'Create', R: 'Read', U: 'Update', D: 'Delete', E: null } as const;
const profileBase = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.';
const entityType = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const objectRole = 'http://terminology.hl7.org/CodeSystem/object-role';
const source = dcm('110153', 'Source Role ID');
const destination = dcm('110152', 'Destination Role ID');
const participation = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';

const concept = (coding: Coding) => ({ coding: [coding] });

/** Purpose of use as a coding of HL7 v3 ActReason; codes are the log's own. */
export const purposeCoding = (code: string): Coding => ({
  system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
  code,
});

/** `<device>.<number>`: where in which log the entry stands. */
export const auditEventId = ({ device, seq }: Pick<AuditEntry, 'device' | 'seq'>): string => `${device}.${seq}`;

/** A pure mapping: the same entry and names give the same resource. */
export function toAuditEvent(entry: AuditEntry, names: AuditEventNames): AuditEvent {
  const { type, subtype } = eventKind(entry);
  const profile = profileOf(entry, type);
  const purposeOfEvent = entry.purpose === '' ? undefined : [concept(purposeCoding(entry.purpose))];
  return {
    resourceType: 'AuditEvent',
    id: auditEventId(entry),
    ...(profile !== null && { meta: { profile: [profile] } }),
    type,
    subtype: [...subtype],
    action: entry.action,
    recorded: new Date(entry.recorded).toISOString(),
    outcome: outcomes[entry.outcome],
    ...(purposeOfEvent !== undefined && { purposeOfEvent }),
    agent: agentsOf(entry, names),
    source: {
      ...(names.clinic !== '' && { site: names.clinic }),
      observer: workstation(entry, names),
      type: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/security-source-type',
          code: '1',
          display: 'User Device',
        },
      ],
    },
    entity: entitiesOf(entry, names),
  };
}

const outcomes = { 0: '0', 4: '4', 8: '8' } as const;

function profileOf({ action, outcome, patient }: AuditEntry, type: Coding): string | null {
  const name = profiles[action];
  if (name === null || outcome !== 0 || type !== rest) return null;
  return `${profileBase}${patient === null ? '' : 'Patient'}${name}`;
}

function workstation({ device }: AuditEntry, names: AuditEventNames): Reference {
  const display = names.device(device);
  return {
    type: 'Device',
    identifier: { system: 'urn:carekeep:device', value: device },
    ...(display !== '' && { display }),
  };
}

/** Screen and database are the same machine; BALP wants both ends named. Who reads receives, who writes is the source. */
function agentsOf(entry: AuditEntry, names: AuditEventNames): AuditEventAgent[] {
  const { agent, action } = entry;
  const reads = action === 'R';
  const network = { address: 'localhost', type: '1' } as const;
  const ends: AuditEventAgent[] = [
    { type: concept(reads ? destination : source), who: workstation(entry, names), requestor: false, network },
    {
      type: concept(reads ? source : destination),
      who: { display: 'Carekeep' },
      requestor: agent.user === null,
      network,
    },
  ];
  if (agent.user === null) return ends;
  const { identifier, name, display } = names.user(agent.user, agent.roles);
  const writes = action === 'C' || action === 'U' || action === 'D';
  const user: AuditEventAgent = {
    type: concept({ system: participation, code: writes ? 'AUT' : 'IRCP' }),
    who: {
      ...(identifier !== undefined && { identifier: { system: 'urn:carekeep:user', value: identifier } }),
      display: name ?? display,
    },
    ...(name !== undefined && { name }),
    requestor: true,
    ...(agent.roles.length > 0 && {
      role: agent.roles.map((role) => ({
        coding: [{ system: 'urn:carekeep:role', code: role }],
        text: names.role(role),
      })),
    }),
    ...(entry.purpose !== '' && { purposeOfUse: [concept(purposeCoding(entry.purpose))] }),
  };
  return [...ends, user];
}

/** The patient, and one object: BALP allows no second one, so several ids are told in its details. */
function entitiesOf(entry: AuditEntry, names: AuditEventNames): AuditEventEntity[] {
  const told = names.entity(entry);
  const [only] = told;
  const single = told.length === 1 && only !== undefined ? only : null;
  const detail = [
    ...Object.entries(names.detail(entry)).map(([type, value]) => ({ type, valueString: String(value) })),
    ...(single === null
      ? told.map(({ id, type }) => ({ type: 'entity', valueString: type === undefined ? id : `${type}/${id}` }))
      : []),
  ].filter(({ valueString }) => valueString !== '');
  const data: AuditEventEntity = {
    what:
      single === null
        ? { identifier: { system: 'urn:carekeep:audit-entry', value: auditEventId(entry) } }
        : {
            ...(single.type !== undefined && { type: single.type }),
            identifier: { system: 'urn:carekeep:id', value: single.id },
          },
    type: { system: entityType, code: '2', display: 'System Object' },
    role: { system: objectRole, code: '4', display: 'Domain Resource' },
    ...(detail.length > 0 && { detail }),
  };
  if (entry.patient === null) return [data];
  return [
    {
      what: names.patient(entry.patient),
      type: { system: entityType, code: '1', display: 'Person' },
      role: { system: objectRole, code: '1', display: 'Patient' },
    },
    data,
  ];
}
