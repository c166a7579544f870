/** What an entry is in a patient's eyes, and how much of the record it was about. */
import type { Activity } from '../../../../src-shared/contract/access-report.ts';
import { type AuditCode, auditEvents } from '../../../../src-shared/contract/audit-events.ts';
import type { AuditEntry } from '../entry.ts';

const special: { readonly [C in AuditCode]?: Activity } = {
  'note.signed': 'signed',
  'export.pdf': 'printed',
  'import.completed': 'imported',
  'access.read': 'rules',
  'access.restricted': 'rules',
  'access.restriction-lifted': 'rules',
  'break-glass.opened': 'emergency',
  'break-glass.ended': 'emergency',
  'break-glass.reason-read': 'log',
  'break-glass.refused': 'refused',
  'note.sign-refused': 'refused',
  'access.denied': 'refused',
  'access-report.made': 'log',
};

/** A refusal and a failure say so whatever was tried. */
export function activityOf({ type, action, outcome }: Pick<AuditEntry, 'type' | 'action' | 'outcome'>): Activity {
  if (outcome === 4) return 'refused';
  const known = special[type];
  if (known === 'refused') return known;
  if (outcome === 8) return 'failed';
  if (known !== undefined) return known;
  const { kind } = auditEvents[type];
  if (kind === 'audit') return 'log';
  if (kind === 'exchange') return 'exported';
  return action === 'C' || action === 'U' || action === 'D' ? 'written' : 'read';
}

/** Shows or hands over everything there was. */
const wholeRecord: ReadonlySet<AuditCode> = new Set(['chart.read', 'export.pdf', 'export.bundle', 'export.all']);
export const isWhole = (type: AuditCode): boolean => wholeRecord.has(type);

export type Scope = 'whole' | 'summary' | 'resources' | 'import' | 'personal' | 'notes' | 'access' | 'none';

/** Where to look for what data an entry was about. */
export function scopeOf(type: AuditCode): Scope {
  if (isWhole(type)) return 'whole';
  if (type === 'export.summary') return 'summary';
  if (type === 'import.completed' || type === 'export.import') return 'import';
  // An emergency opens the door; what was seen then is entries of its own.
  if (type === 'break-glass.opened' || type === 'break-glass.ended') return 'none';
  const [capability] = type.split('.');
  switch (capability) {
    case 'patient':
      return 'personal';
    case 'note':
      return 'notes';
    case 'chart':
    case 'conflict':
      return 'resources';
    default:
      return 'access';
  }
}
