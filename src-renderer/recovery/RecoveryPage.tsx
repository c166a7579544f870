import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useProcedure } from '../client.ts';
import { Card, Chip, DateText, ErrorState, LoadingSkeleton, PageHead } from '../ui/index.ts';
import { DrillDialog } from './DrillDialog.tsx';
import { RemakeDialog } from './RemakeDialog.tsx';
import './recovery.css';

/** The way back in on paper: how it is kept, when it was last seen, and how to keep it otherwise. */
export function RecoveryPage() {
  const { t } = useTranslation('kit');
  const [open, setOpen] = useState<'drill' | 'remake' | null>(null);
  const kit = useProcedure('recovery.kit', {});
  return (
    <div className="ck-recovery">
      <PageHead title={t('title')} windowTitle={t('title')} text={t('text')} />
      {kit.isPending ? (
        <Card label={t('title')}>
          <LoadingSkeleton rows={3} rowHeight={40} />
        </Card>
      ) : kit.error !== null ? (
        <ErrorState error={kit.error} onRetry={() => void kit.refetch()} />
      ) : (
        <>
          <Card title={t('drill.title')}>
            <div className="ck-recovery-row">
              <div>
                <p className="ck-recovery-lead">
                  {kit.data.lastDrill === null ? (
                    <>
                      {t('drill.never')} <DateText at={kit.data.createdAt} withTime={false} />
                    </>
                  ) : (
                    <>
                      <DateText at={kit.data.lastDrill.at} /> · {kit.data.lastDrill.by}
                    </>
                  )}{' '}
                  {kit.data.lastDrill !== null && (
                    <Chip
                      tone={kit.data.lastDrill.passed ? 'good' : 'danger'}
                      sign={kit.data.lastDrill.passed ? '✓' : '✕'}
                    >
                      {t(kit.data.lastDrill.passed ? 'drill.passed' : 'drill.failed')}
                    </Chip>
                  )}
                  {kit.data.drillDue && (
                    <Chip tone="warn" sign="▲">
                      {t('drill.due-chip')}
                    </Chip>
                  )}
                </p>
                <p className="ck-dim">{t('drill.text')}</p>
              </div>
              <Button onClick={() => setOpen('drill')}>{t('drill.start')}</Button>
            </div>
          </Card>
          <Card title={t('form.title')}>
            <div className="ck-recovery-row">
              <div>
                <p className="ck-recovery-lead">{t(`form.${kit.data.form}`)}</p>
                <p className="ck-dim">{t(`form.${kit.data.form}-text`)}</p>
              </div>
              <Button variant="default" onClick={() => setOpen('remake')}>
                {t('form.change')}
              </Button>
            </div>
          </Card>
          <Card title={t('people.title')}>
            <p className="ck-dim">{t('people.text')}</p>
          </Card>
        </>
      )}
      {open === 'drill' && kit.data !== undefined && <DrillDialog form={kit.data.form} onClose={() => setOpen(null)} />}
      {open === 'remake' && kit.data !== undefined && (
        <RemakeDialog form={kit.data.form} onClose={() => setOpen(null)} />
      )}
    </div>
  );
}
