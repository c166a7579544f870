import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditLine } from '../../src-shared/contract/audit.ts';
import type { AuditCode } from '../../src-shared/contract/audit-events.ts';
import { isoDay } from '../../src-shared/fhir/dates.ts';
import { useFormat } from '../ui/index.ts';

export type AuditWords = {
  readonly event: (code: AuditCode) => string;
  /** Instant, ms, to the second; with the year where it is another than this one. */
  readonly when: (at: number) => string;
  readonly role: (role: string) => string;
  readonly purpose: (purpose: string) => string;
  readonly detailKey: (key: string) => string;
  readonly detailValue: (key: string, value: string | number) => string;
  /** The one line that stands in the patient-or-object column. */
  readonly object: (entry: AuditLine) => string;
};

/** The closed codes of the log in the user's language; a code without a word is shown as it is. */
export function useAuditWords(): AuditWords {
  const { t } = useTranslation('audit');
  const format = useFormat();
  return useMemo(() => {
    const event = (code: AuditCode) => t(`event.${code}`, { defaultValue: code });
    const detailKey = (key: string) => t(`detailKey.${key}`, { defaultValue: key });
    const detailValue = (key: string, value: string | number) => {
      if (typeof value === 'string') return t(`detailValue.${key}.${value}`, { defaultValue: value });
      // when what was journalled while locked happened
      return key === 'at' ? format.dateTime(value) : format.number(value);
    };
    return {
      event,
      when: (at) => {
        const day = isoDay(at);
        const logTime = format.logTime(at);
        if (day.slice(0, 4) === format.today().slice(0, 4)) return logTime;
        return `${format.date(day)} ${logTime.slice(-8)}`;
      },
      role: (role) => t(`role.${role}`, { defaultValue: role }),
      purpose: (purpose) => (purpose === '' ? '' : t(`purpose.${purpose}`, { defaultValue: purpose })),
      detailKey,
      detailValue,
      object: (entry) => {
        if (entry.patient !== null) return entry.patient;
        if (entry.patientRef !== null) return t('pseudonymous', { ref: entry.patientRef.slice(0, 8) });
        return Object.entries(entry.detail)
          .filter(([key, value]) => key !== 'at' && (typeof value === 'number' || value.length <= 24))
          .slice(0, 2)
          .map(([key, value]) => `${detailKey(key)}: ${detailValue(key, value)}`)
          .join(' · ');
      },
    };
  }, [t, format]);
}
