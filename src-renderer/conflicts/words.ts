/** What a conflict is about, and both of its sides, in words. */
import { useTranslation } from 'react-i18next';
import type { ConflictLine } from '../../src-shared/contract/sync.ts';

export type Side = ConflictLine['shown'];
export const deletion = '$deleted';

/** `dosageInstruction` as people read it where no better word is known. */
function spelled(field: string): string {
  return field.replace(/([a-z0-9])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}

/** A choice type's written name (`onsetDateTime`) falls back to its stem. */
const stem = (field: string): string =>
  field.replace(/(DateTime|Date|Period|Age|Range|String|Quantity|CodeableConcept|Boolean|Integer|Reference|Time)$/, '');

export type ConflictWords = {
  readonly about: (line: ConflictLine) => string;
  readonly field: (line: ConflictLine) => string;
  /** What this side says, line by line. */
  readonly lines: (line: ConflictLine, side: Side) => readonly string[];
  readonly who: (side: Side) => string;
};

export function useConflictWords(): ConflictWords {
  const { t } = useTranslation('conflicts');
  const { t: chart } = useTranslation('chart');
  return {
    about: ({ type, title, patient }) => {
      const kind = chart(`type.${type}`, { defaultValue: type });
      return ['', type, kind, patient].includes(title) ? kind : `${kind}: ${title}`;
    },
    field: ({ field }) =>
      field === deletion
        ? t('deleted-or-changed')
        : t(`field.${field}`, { defaultValue: t(`field.${stem(field)}`, { defaultValue: spelled(field) }) }),
    lines: ({ field, shown }, side) => {
      if (side.text !== null && side.text !== '') return side.text.split('\n');
      if (field !== deletion) return [t('side.empty')];
      return [t(side === shown ? 'side.stays' : 'side.deleted')];
    },
    who: ({ user, device }) => [user ?? t('side.somebody'), device].filter((part) => part !== null).join(' · '),
  };
}

/** One field of one row, and which of its lost values. */
export function keyOfLine({ id, field, lost }: ConflictLine): string {
  return `${id} ${field} ${lost.version}`;
}
