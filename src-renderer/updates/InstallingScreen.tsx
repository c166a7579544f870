import { Progress } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Mark } from '../ui/Mark.tsx';
import { useUpdateStatus } from './use-updates.ts';
import './updates.css';

type InstallingScreenProps = {
  readonly version: string | null;
  /** It does not install after all: back to where one can work. */
  readonly onEnded: () => void;
};

/** How long main may take to say that it has begun. Milliseconds. */
const patience = 8000;

/** Stands until the application ends itself, or until it turns out that it stays. */
export function InstallingScreen({ version, onEnded }: InstallingScreenProps) {
  const { t } = useTranslation('updates');
  const status = useUpdateStatus(true);
  const [waited, setWaited] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setWaited(true), patience);
    return () => clearTimeout(timer);
  }, []);
  const phase = status?.state.phase;
  const [begun, setBegun] = useState(false);
  if (phase === 'installing' && !begun) setBegun(true);
  const stays = phase !== undefined && phase !== 'installing' && (begun || waited);
  useEffect(() => {
    if (stays) onEnded();
  }, [stays, onEnded]);
  const title = version === null ? t('installing.title-any') : t('installing.title', { version });
  return (
    <main className="ck-cover ck-installing" aria-busy="true">
      <Mark size={40} />
      <h1 role="status">{title}</h1>
      <p>{t('installing.text')}</p>
      <Progress value={100} animated size="sm" aria-label={title} />
    </main>
  );
}
