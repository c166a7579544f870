/**
 * The audit catalogue: every code an entry may carry, with the action of DICOM/FHIR AuditEvent
 * (C create, R read, U update, D delete, E execute) and the ISO 27789 kind of event.
 * `detail` codes are closed too: an entry holds identifiers and codes, never clinical content.
 */
export const auditEvents = {
  'setup.completed': { action: 'E', kind: 'system' },
  'application.started': { action: 'E', kind: 'system' },
  'application.locked': { action: 'E', kind: 'system' },
  'user.signed-in': { action: 'E', kind: 'sign-in' },
  'user.sign-in-failed': { action: 'E', kind: 'sign-in' },
  'session.veiled': { action: 'E', kind: 'sign-in' },
  'session.unveiled': { action: 'E', kind: 'sign-in' },
  'session.unveil-failed': { action: 'E', kind: 'sign-in' },
  'user.password-changed': { action: 'U', kind: 'users' },
  'user.password-reset': { action: 'U', kind: 'users' },
  'user.pin-changed': { action: 'U', kind: 'users' },
  'user.preferences-changed': { action: 'U', kind: 'users' },
  'user.created': { action: 'C', kind: 'users' },
  'user.roles-changed': { action: 'U', kind: 'users' },
  'user.suspended': { action: 'U', kind: 'users' },
  'user.reactivated': { action: 'U', kind: 'users' },
  'user.listed': { action: 'R', kind: 'users' },
  'recovery.used': { action: 'E', kind: 'system' },
  'recovery.kit-confirmed': { action: 'E', kind: 'system' },
  'settings.read': { action: 'R', kind: 'settings' },
  'settings.changed': { action: 'U', kind: 'settings' },
  'patient.searched': { action: 'E', kind: 'record' },
  'patient.listed': { action: 'R', kind: 'record' },
  'patient.read': { action: 'R', kind: 'record' },
  'patient.created': { action: 'C', kind: 'record' },
  'patient.updated': { action: 'U', kind: 'record' },
  'patient.compared': { action: 'R', kind: 'record' },
  'chart.read': { action: 'R', kind: 'record' },
  'chart.source-read': { action: 'R', kind: 'record' },
  'chart.added': { action: 'C', kind: 'record' },
  'chart.changed': { action: 'U', kind: 'record' },
  'note.draft-saved': { action: 'U', kind: 'record' },
  'note.draft-read': { action: 'R', kind: 'record' },
  'note.draft-discarded': { action: 'D', kind: 'record' },
  'note.signed': { action: 'C', kind: 'record' },
  'note.sign-refused': { action: 'E', kind: 'record' },
  'snippet.changed': { action: 'U', kind: 'settings' },
  'import.previewed': { action: 'E', kind: 'exchange' },
  'import.started': { action: 'E', kind: 'exchange' },
  'import.completed': { action: 'C', kind: 'exchange' },
  'import.cancelled': { action: 'E', kind: 'exchange' },
  'import.read': { action: 'R', kind: 'exchange' },
  'export.bundle': { action: 'R', kind: 'exchange' },
  'export.summary': { action: 'R', kind: 'exchange' },
  'export.pdf': { action: 'R', kind: 'exchange' },
  'export.import': { action: 'R', kind: 'exchange' },
  'audit.read': { action: 'R', kind: 'audit' },
  'audit.verified': { action: 'E', kind: 'audit' },
  'review.opened': { action: 'C', kind: 'audit' },
  'review.read': { action: 'R', kind: 'audit' },
  'review.closed': { action: 'U', kind: 'audit' },
  'access.denied': { action: 'E', kind: 'denied' },
} as const satisfies Record<string, { action: 'C' | 'R' | 'U' | 'D' | 'E'; kind: string }>;

export type AuditCode = keyof typeof auditEvents;
export const auditCodes = Object.keys(auditEvents).filter((code): code is AuditCode => code in auditEvents);
export const auditKinds = ['sign-in', 'record', 'users', 'settings', 'exchange', 'audit', 'system', 'denied'] as const;
export type AuditKind = (typeof auditKinds)[number];
