/**
 * What the audit page is made of: one list of buttons in its head, one of tabs. To add one, add its line here and its
 * word in the translations (`audit:tab.<key>`).
 */
import type { ComponentType } from 'react';
import type { Permission } from '../../src-shared/contract/permissions.ts';
import { AccessReportAction, FhirExportAction } from '../access-report/index.ts';
import { RetentionTab } from '../retention/index.ts';
import { AuditorExportAction } from './AuditorExportAction.tsx';
import { EntriesTab } from './EntriesTab.tsx';

/** Shown to whoever holds one of the permissions. */
type Section<Key extends string> = {
  readonly key: Key;
  readonly needs: readonly Permission[];
  readonly show: ComponentType;
};

/** Buttons beside "Verify now", in order; each brings its own dialog. */
export const auditActions: readonly Section<string>[] = [
  { key: 'access-report', needs: ['access-report:make'], show: AccessReportAction },
  { key: 'export-auditor', needs: ['audit:export'], show: AuditorExportAction },
  { key: 'export-fhir', needs: ['audit:export'], show: FhirExportAction },
];

export type AuditTabKey = 'entries' | 'retention';

export const auditTabs: readonly Section<AuditTabKey>[] = [
  { key: 'entries', needs: ['audit:read', 'audit:read-own'], show: EntriesTab },
  { key: 'retention', needs: ['audit:read'], show: RetentionTab },
];
