import { Button, Checkbox, Group, Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { call, errorValueOf, useAction } from '../client.ts';
import { DateField } from '../patient/DateField.tsx';
import { FormError, StopOrStart, useFormat, useMoved, WorkModal, WorkProgress } from '../ui/index.ts';
import classes from './audit.module.css';
import { startOfDay } from './filter.ts';

type Saved = Output<'auditBundle.save'>;

/** Which part of the log, with the verifier or without; then how far it has come, and what to tell the auditor. */
export function AuditorExportDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('auditExport');
  const { t: app } = useTranslation('app');
  const format = useFormat();
  const [part, setPart] = useState('all');
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const [verifier, setVerifier] = useState(true);
  const { moved, restart } = useMoved('audit-bundle');
  const [saved, setSaved] = useState<Saved | null>(null);
  const take = useAction('auditBundle.save', { stale: ['audit'] });
  const days = part === 'days';
  const ready = !days || (from !== null && to !== null && from <= to);
  const start = async () => {
    if (!ready) return;
    restart();
    try {
      const times =
        days && from !== null && to !== null
          ? { from: startOfDay(from), to: startOfDay(to, 1) - 1 }
          : { from: null, to: null };
      const done = await take.mutateAsync({ ...times, verifier });
      if (done.saved) setSaved(done);
    } catch {
      // shown below: take.error
    }
  };
  const code = take.error === null ? null : errorValueOf(take.error).code;
  return (
    <WorkModal title={t('title')} size={500} pending={take.isPending} onClose={onClose}>
      {saved === null ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void start();
          }}
        >
          <Stack gap={14}>
            <p>{t('text')}</p>
            <Radio.Group label={t('part')} value={part} onChange={setPart}>
              <Stack gap={8} mt={6}>
                <Radio value="all" label={t('all')} disabled={take.isPending} data-autofocus />
                <Radio value="days" label={t('days')} description={t('daysText')} disabled={take.isPending} />
              </Stack>
            </Radio.Group>
            {days && !take.isPending && (
              <Group grow align="flex-start">
                <DateField label={t('from')} value={from} onChange={setFrom} precision="day" required />
                <DateField label={t('to')} value={to} onChange={setTo} precision="day" required />
              </Group>
            )}
            <Checkbox
              checked={verifier}
              onChange={(event) => setVerifier(event.currentTarget.checked)}
              label={t('verifier')}
              description={t('verifierText')}
              disabled={take.isPending}
            />
            {take.isPending && moved.total > 0 && (
              <WorkProgress
                label={t('title')}
                text={t('progress', { done: format.number(moved.done), total: format.number(moved.total) })}
                moved={moved}
              />
            )}
            {code === 'cancelled' ? <p role="status">{t('stopped')}</p> : <FormError error={take.error} />}
            <StopOrStart
              pending={take.isPending}
              stopLabel={t('stop')}
              onStop={() => void call('auditBundle.cancel', {})}
              onClose={onClose}
            >
              <Button type="submit" disabled={!ready}>
                {t('save')}
              </Button>
            </StopOrStart>
          </Stack>
        </form>
      ) : (
        <Stack gap={14}>
          <p role="status">
            <strong>✓ {t('saved', { count: saved.entries, entries: format.number(saved.entries) })}</strong>
          </p>
          <p>{t('fingerprintText')}</p>
          <code className={classes.fingerprint} translate="no">
            {saved.fingerprint}
          </code>
          {verifier && (
            <>
              <p>{t('run')}</p>
              <code className={classes.fingerprint} translate="no">
                node carekeep-verify.mjs carekeep-audit.jsonl.gz
              </code>
            </>
          )}
          <Group justify="flex-end">
            <Button onClick={onClose} data-autofocus>
              {app('action.close')}
            </Button>
          </Group>
        </Stack>
      )}
    </WorkModal>
  );
}
