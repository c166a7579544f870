import { Button, Group, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewWeek } from '../../src-shared/contract/reviews.ts';
import { useAction } from '../client.ts';
import { Card, FormError, notifyDone, PasswordField, useFormat } from '../ui/index.ts';

/** The sign-off: who signed and whether it holds, what it waits for, or the form with the own password. */
export function SignWeek({ sheet, onSigned }: { readonly sheet: ReviewWeek; readonly onSigned: () => void }) {
  const { t } = useTranslation('review');
  const format = useFormat();
  const { signed } = sheet;
  if (signed !== null) {
    return (
      <Card title={t('week.signed.title')} tone={signed.holds === 'holds' ? 'plain' : 'danger'}>
        {signed.at !== null && (
          <p>
            <strong>
              <bdi>{signed.by}</bdi>
            </strong>
            {' · '}
            <time>{format.dateTime(signed.at)}</time>
          </p>
        )}
        <p className={signed.holds === 'holds' ? 'ck-dim' : undefined}>
          {signed.holds === 'holds' ? '✓' : '▲'} {t(`week.signed.${signed.holds}`)}
        </p>
      </Card>
    );
  }
  const open = sheet.samples + sheet.findings - sheet.closed;
  if (open > 0 || !sheet.maySign) {
    return (
      <Card title={t('week.sign.title')}>
        <p>{open > 0 ? t('week.sign.wait', { count: open }) : t('week.sign.not-allowed')}</p>
      </Card>
    );
  }
  return <SignForm sheet={sheet} onSigned={onSigned} />;
}

function SignForm({ sheet, onSigned }: { readonly sheet: ReviewWeek; readonly onSigned: () => void }) {
  const { t } = useTranslation('review');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState(false);
  const sign = useAction('reviews.signWeek', { stale: ['reviews'] });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password === '') {
      setMissing(true);
      return;
    }
    try {
      await sign.mutateAsync({ week: sheet.week, password });
      // the form is about to go, and the focus with it
      onSigned();
      notifyDone(t('week.sign.done'));
    } catch {
      // shown by the form: sign.error
    } finally {
      setPassword('');
    }
  };
  return (
    <Card title={t('week.sign.title')} tone="accent">
      <form onSubmit={submit} noValidate>
        <Stack gap={12}>
          <p>{t(sheet.samples + sheet.findings === 0 ? 'week.sign.text-empty' : 'week.sign.text')}</p>
          <PasswordField
            label={t('week.sign.password')}
            value={password}
            onChange={(event) => {
              setPassword(event.currentTarget.value);
              setMissing(false);
            }}
            error={missing ? t('week.sign.missing') : undefined}
            maw={360}
          />
          <FormError error={sign.error} />
          <Group justify="flex-end">
            <Button type="submit" loading={sign.isPending}>
              {t('week.sign.do')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
