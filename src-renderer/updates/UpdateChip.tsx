import { UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePlace } from '../app/navigation.ts';
import { useOffer } from './offer-here.tsx';
import './updates.css';

/** Quiet, in the top bar. Not over a chart: somebody may be writing there. */
export function UpdateChip() {
  const { t } = useTranslation('updates');
  const { shown, ask } = useOffer();
  const { page } = usePlace();
  if (shown === null || page === 'chart') return null;
  return (
    <UnstyledButton className="ck-update-chip" data-required={shown.required} onClick={ask}>
      <span aria-hidden="true">{shown.required ? '▲' : '↑'}</span>
      {t(shown.required ? 'ready.chip-required' : 'ready.chip')}
    </UnstyledButton>
  );
}
