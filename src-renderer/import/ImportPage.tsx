import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportId } from '../../src-shared/contract/primitives.ts';
import { errorValueOf, useAction, useProcedure } from '../client.ts';
import { Card, EmptyState, FormError, LoadingSkeleton, PageHead } from '../ui/index.ts';
import { ImportView } from './ImportView.tsx';
import { PastImports } from './PastImports.tsx';
import './import.css';

/** Bringing records in: choose, look, start, and what became of each file. */
export function ImportPage() {
  const { t } = useTranslation('import');
  const [chosen, setChosen] = useState<ImportId | null>(null);
  const [closed, setClosed] = useState<ImportId | null>(null);
  const list = useProcedure('imports.list', {});
  const choose = useAction('imports.choose', { stale: ['imports.list'] });
  // an import goes on while the user is elsewhere: coming back shows it
  const unfinished =
    list.data?.imports.find(({ id, state }) => id !== closed && (state === 'running' || state === 'previewed'))?.id ??
    null;
  const shown = chosen ?? unfinished;

  // it stays when it ends: its result is what one waited for
  useEffect(() => {
    if (unfinished !== null) setChosen((now) => now ?? unfinished);
  }, [unfinished]);

  const pick = async () => {
    try {
      const report = await choose.mutateAsync({});
      setChosen(report.id);
    } catch {
      // shown below the button: choose.error
    }
  };
  const quiet = choose.error !== null && ['nothing-chosen', 'cancelled'].includes(errorValueOf(choose.error).code);

  return (
    <>
      <PageHead
        title={t('title')}
        windowTitle={t('title')}
        text={t('text')}
        actions={
          <Button onClick={() => void pick()} loading={choose.isPending}>
            {t('choose')}
          </Button>
        }
      />
      <div className="ck-stack">
        {choose.error !== null && !quiet && <FormError error={choose.error} />}
        {choose.isPending && (
          <Card label={t('looking')}>
            <p role="status">{t('looking')}</p>
            <LoadingSkeleton rows={3} />
          </Card>
        )}
        {!choose.isPending && shown !== null && (
          <ImportView
            key={shown}
            importId={shown}
            onClose={() => {
              setClosed(shown);
              setChosen(null);
            }}
          />
        )}
        {!choose.isPending && shown === null && list.data?.imports.length === 0 && (
          <Card label={t('empty.title')}>
            <EmptyState title={t('empty.title')} text={t('empty.text')} />
          </Card>
        )}
        <PastImports list={list} current={shown} onOpen={setChosen} />
      </div>
    </>
  );
}
