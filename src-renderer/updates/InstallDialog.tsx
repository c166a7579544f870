import { Button, Group, Modal, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Offer } from '../../src-shared/updates/state.ts';
import { flushAll } from '../app/before-lock.ts';
import { call } from '../client.ts';
import { Chip, FormError, useFormat } from '../ui/index.ts';
import { ReleaseNotes } from './ReleaseNotes.tsx';

type InstallDialogProps = {
  readonly offer: Offer;
  /** Core has agreed: from here everybody is signed out. */
  readonly onInstalling: (version: string) => void;
  readonly onLater: () => void;
};

/** What is new and what will happen; then, and only on this person's word, everybody is signed out and it begins. */
export function InstallDialog({ offer, onInstalling, onLater }: InstallDialogProps) {
  const { t } = useTranslation('updates');
  const { t: app } = useTranslation('app');
  const format = useFormat();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { version, size, released, required } = offer;
  const install = async () => {
    setBusy(true);
    setError(null);
    try {
      await flushAll();
      await call('updates.install', { version });
      onInstalling(version);
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={() => {
        if (!busy) onLater();
      }}
      title={t('dialog.title', { version })}
      size={560}
      closeOnClickOutside={!busy}
      closeButtonProps={{ 'aria-label': app('action.close') }}
    >
      <Stack gap={14}>
        <p className="ck-dim ck-update-line">
          {t('dialog.facts', { size: format.bytes(size), date: format.date(new Date(released).toISOString()) })}
          {required && (
            <Chip tone="warn" sign="▲">
              {t('ready.required')}
            </Chip>
          )}
        </p>
        {required && <p>{t('ready.required-text')}</p>}
        <ReleaseNotes offer={offer} title={t('dialog.notes')} />
        <section className="ck-release" aria-label={t('dialog.happens')}>
          <h3>{t('dialog.happens')}</h3>
          <ul>
            {(['signed-out', 'copy', 'new', 'back'] as const).map((each) => (
              <li key={each}>{t(`dialog.${each}`)}</li>
            ))}
          </ul>
        </section>
        <FormError error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onLater} disabled={busy}>
            {t('ready.later')}
          </Button>
          <Button onClick={() => void install()} loading={busy} data-autofocus>
            {t('ready.install')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
