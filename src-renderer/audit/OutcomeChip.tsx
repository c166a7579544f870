import { useTranslation } from 'react-i18next';
import type { AuditLine } from '../../src-shared/contract/audit.ts';
import { Chip } from '../ui/index.ts';

const tones = { success: 'plain', failure: 'warn', denied: 'danger' } as const;

/** How it ended: a word in a frame; colour only repeats the word. */
export function OutcomeChip({ outcome }: { readonly outcome: AuditLine['outcome'] }) {
  const { t } = useTranslation('audit');
  return <Chip tone={tones[outcome]}>{t(`outcome.${outcome}`)}</Chip>;
}
