import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { auditCodes, auditEvents } from '../../src-shared/contract/audit-events.ts';
import type { Output } from '../../src-shared/contract/index.ts';
import type { Meaning } from './search-words.ts';
import { useAuditWords } from './words.ts';

const outcomes = ['success', 'failure', 'denied'] as const;
const origins = ['screen', 'ctl', 'core'] as const;

/** Everything that a word in the search box can stand for, in the user's language and by its code. */
export function useMeanings(overview: Output<'audit.overview'> | undefined): readonly Meaning[] {
  const { t } = useTranslation('audit');
  const words = useAuditWords();
  return useMemo(() => {
    const { people = [], devices = [], purposes = [] } = overview ?? {};
    return [
      ...auditCodes.map((value): Meaning => {
        const { kind } = auditEvents[value];
        return { field: 'events', value, names: [words.event(value), value, t(`kind.${kind}`), kind] };
      }),
      ...outcomes.map((value): Meaning => ({ field: 'outcomes', value, names: [t(`outcome.${value}`), value] })),
      ...origins.map((value): Meaning => ({ field: 'origins', value, names: [t(`origin.${value}`), value] })),
      ...purposes.map((value): Meaning => ({ field: 'purposes', value, names: [words.purpose(value), value] })),
      ...people.map(({ id, name }): Meaning => ({ field: 'users', value: id, names: [name] })),
      ...devices.map(({ id, name }): Meaning => ({ field: 'devices', value: id, names: [name] })),
    ];
  }, [overview, t, words]);
}
