/** Every handler there is; the type holds that none of the contract's procedures is without one. */
import { accessHandlers } from './access/handlers.ts';
import { auditHandlers } from './audit/handlers.ts';
import { retentionHandlers } from './audit/prune/handlers.ts';
import { logServerHandlers } from './audit/syslog/handlers.ts';
import type { AllHandlers } from './call.ts';
import { chartHandlers } from './chart/chart.ts';
import { conflictHandlers } from './chart/conflicts.ts';
import { noteHandlers } from './chart/notes.ts';
import { patientHandlers } from './chart/patients.ts';
import { snippetHandlers } from './chart/snippets.ts';
import { backendHandlers, enrolmentHandlers } from './connection/handlers.ts';
import { diagnosticsHandlers } from './diagnostics/handlers.ts';
import { accessReportHandlers } from './exchange/access-report-handlers.ts';
import { auditBundleHandlers } from './exchange/audit-bundle-export.ts';
import { auditEventExportHandlers } from './exchange/audit-event-export.ts';
import { exportHandlers } from './exchange/export-handlers.ts';
import { importHandlers } from './exchange/import-handlers.ts';
import { keyHandlers } from './keys/handlers.ts';
import { deviceHandlers } from './people/devices.ts';
import { roleHandlers } from './people/roles.ts';
import { rosterHandlers } from './people/roster.ts';
import { sessionHandlers } from './people/sessions.ts';
import { settingsHandlers } from './people/settings.ts';
import { userHandlers } from './people/users.ts';
import { policyHandlers } from './policies/handlers.ts';
import { requestHandlers } from './requests/handlers.ts';
import { reviewHandlers } from './review/handlers.ts';
import { appHandlers } from './start/app.ts';
import { recoveryHandlers } from './start/recovery.ts';
import { setupHandlers } from './start/setup.ts';
import { syncHandlers } from './sync/handlers.ts';
import { updateHandlers } from './updates/handlers.ts';

export const handlers: AllHandlers = {
  app: appHandlers,
  setup: setupHandlers,
  recovery: recoveryHandlers,
  settings: settingsHandlers,
  sessions: sessionHandlers,
  users: userHandlers,
  roles: roleHandlers,
  keys: keyHandlers,
  patients: patientHandlers,
  chart: chartHandlers,
  notes: noteHandlers,
  snippets: snippetHandlers,
  imports: importHandlers,
  exports: exportHandlers,
  audit: auditHandlers,
  accessReports: accessReportHandlers,
  auditEventExport: auditEventExportHandlers,
  auditBundle: auditBundleHandlers,
  logServer: logServerHandlers,
  reviews: reviewHandlers,
  requests: requestHandlers,
  retention: retentionHandlers,
  roster: rosterHandlers,
  devices: deviceHandlers,
  diagnostics: diagnosticsHandlers,
  backend: backendHandlers,
  enrolment: enrolmentHandlers,
  access: accessHandlers,
  conflicts: conflictHandlers,
  sync: syncHandlers,
  policies: policyHandlers,
  updates: updateHandlers,
};
