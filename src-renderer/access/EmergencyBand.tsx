import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { flushAll } from '../app/before-lock.ts';
import { useAction, useRefresh } from '../client.ts';
import { notifyDone, useErrorText, useFormat } from '../ui/index.ts';
import classes from './access.module.css';

type Props = {
  readonly patientId: Output<'access.get'>['patientId'];
  readonly running: NonNullable<Output<'access.get'>['running']>;
};

/** Red, below the patient's name, as long as the emergency access runs. */
export function EmergencyBand({ patientId, running }: Props) {
  const { t } = useTranslation('access');
  const format = useFormat();
  const refresh = useRefresh();
  const errorText = useErrorText();
  const end = useAction('access.endBreakGlass', { stale: ['access', 'chart'] });
  useEffect(() => {
    const left = Math.max(0, running.until - Date.now());
    // what is being written is kept while it still can be
    const last = setTimeout(() => void flushAll(), Math.max(0, left - 3000));
    // core decides when it is over; a little later it can be asked
    const over = setTimeout(() => void refresh(['access', 'chart']), left + 500);
    return () => {
      clearTimeout(last);
      clearTimeout(over);
    };
  }, [running.until, refresh]);
  const endNow = async () => {
    await flushAll();
    await end.mutateAsync({ patientId });
    notifyDone(t('band.ended'));
  };
  return (
    <div className={classes.band}>
      <span role="status">
        <span aria-hidden="true">▲ </span>
        <strong>{t('band.until', { time: format.time(running.until) })}</strong>
        {' · '}
        {t(`emergency.${running.reason}`)}
        {end.error !== null && ` · ${errorText(end.error)}`}
      </span>
      <Button
        variant="default"
        size="compact-sm"
        loading={end.isPending}
        onClick={() => endNow().catch(() => undefined)}
      >
        {t('band.end')}
      </Button>
    </div>
  );
}
