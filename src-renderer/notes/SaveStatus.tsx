import { Button } from '@mantine/core';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { NoteContent } from '../../src-shared/contract/chart.ts';
import { useErrorText, useFormat } from '../ui/index.ts';
import type { DraftSaver } from './draft-saver.ts';
import classes from './notes.module.css';

/** How safe the text is, in words, counting on. */
export function SaveStatus({ saver }: { readonly saver: DraftSaver<NoteContent> }) {
  const { t } = useTranslation('notes');
  const format = useFormat();
  const errorText = useErrorText();
  const state = useSyncExternalStore(saver.subscribe, saver.state);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    if (state.kind !== 'saved') return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [state]);

  const saved = (at: number) => {
    const seconds = Math.max(0, Math.round((now - at) / 1000));
    if (seconds < 60) return t('saved.seconds', { count: seconds });
    if (seconds < 3600) return t('saved.minutes', { count: Math.floor(seconds / 60) });
    return t('saved.at', { when: format.dateTime(at) });
  };
  switch (state.kind) {
    case 'new':
      return <span className={classes.status}>{t('saved.new')}</span>;
    case 'waiting':
      return <span className={classes.status}>{t('saved.soon')}</span>;
    case 'saving':
      return <span className={classes.status}>{t('saved.saving')}</span>;
    case 'saved':
      return <span className={classes.status}>{saved(state.at)}</span>;
    case 'failed':
      return (
        <span className={classes.status} data-failed role="alert">
          <span aria-hidden>▲ </span>
          {t('saved.failed')} {errorText(state.error)}{' '}
          <Button variant="subtle" size="compact-xs" onClick={() => void saver.flush()}>
            {t('saved.again')}
          </Button>
        </span>
      );
  }
}
