import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyAge } from '../../src-shared/contract/keys.ts';
import { useProcedure } from '../client.ts';
import { Card, ErrorState, LoadingSkeleton, PageHead } from '../ui/index.ts';
import { KeysTable } from './KeysTable.tsx';
import { RotateDialog } from './RotateDialog.tsx';
import './keys.css';

/** Every key there is: what it protects, how old it is, and another one for it. */
export function KeysPage() {
  const { t } = useTranslation('keys');
  const [chosen, setChosen] = useState<KeyAge | null>(null);
  const report = useProcedure('keys.report', {});
  return (
    <>
      <PageHead title={t('title')} windowTitle={t('title')} text={t('text')} />
      <Card flush label={t('title')}>
        {report.isPending ? (
          <div className="ck-keys-loading">
            <LoadingSkeleton rows={6} rowHeight={52} />
          </div>
        ) : report.error !== null ? (
          <ErrorState error={report.error} onRetry={() => void report.refetch()} />
        ) : (
          <KeysTable keys={report.data.keys} onRotate={setChosen} />
        )}
      </Card>
      <p className="ck-dim ck-keys-note">{t('note')}</p>
      {chosen !== null && (
        <RotateDialog chosen={chosen} databaseBytes={report.data?.databaseBytes ?? 0} onClose={() => setChosen(null)} />
      )}
    </>
  );
}
