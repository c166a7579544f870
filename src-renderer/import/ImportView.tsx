import { Button, Group } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportId } from '../../src-shared/contract/primitives.ts';
import { useSession } from '../app/session.tsx';
import { useAction, useCoreEvent, useProcedure, useRefresh } from '../client.ts';
import { ExportButton } from '../policies/index.ts';
import {
  announce,
  Card,
  ConfirmDialog,
  ErrorState,
  FormError,
  LoadingSkeleton,
  notifyDone,
  useFormat,
} from '../ui/index.ts';
import { FileTable } from './FileTable.tsx';
import { ImportProgress } from './ImportProgress.tsx';
import { RefusalList } from './RefusalList.tsx';
import { StateChip } from './StateChip.tsx';

type ImportViewProps = { readonly importId: ImportId; readonly onClose: () => void };

const finished = ['done', 'cancelled', 'failed'];

/** One import from preview to result. It runs in core: this view may come and go. */
export function ImportView({ importId, onClose }: ImportViewProps) {
  const { t } = useTranslation('import');
  const { t: app } = useTranslation('app');
  const format = useFormat();
  const { can } = useSession();
  const refresh = useRefresh();
  const [step, setStep] = useState<{ done: number; total: number } | null>(null);
  const [stopping, setStopping] = useState(false);
  const [running, setRunning] = useState(false);
  const report = useProcedure('imports.report', { importId }, { refetchInterval: running ? 1000 : false });
  const start = useAction('imports.start', { stale: ['imports.report'] });
  const cancel = useAction('imports.cancel', { stale: ['imports'] });
  const save = useAction('exports.import');
  const state = report.data?.state;
  const before = useRef(state);

  useCoreEvent('progress', (progress) => {
    if (progress.kind !== 'import' || progress.task !== importId) return;
    setStep({ done: progress.done, total: progress.total });
    if (progress.state !== 'running') void refresh(['imports', 'patients']);
  });
  useEffect(() => {
    setRunning(state === 'running');
    const ended = before.current === 'running' && state !== undefined && finished.includes(state);
    before.current = state;
    if (!ended) return;
    announce(t(`announce.${state}`));
    void refresh(['imports.list', 'patients']);
  }, [state, refresh, t]);

  if (report.isPending) {
    return (
      <Card label={t('title')}>
        <LoadingSkeleton rows={4} />
      </Card>
    );
  }
  if (report.error !== null) {
    return (
      <Card label={t('title')}>
        <ErrorState error={report.error} onRetry={() => void report.refetch()} />
      </Card>
    );
  }
  const { data } = report;
  const ready = data.files.filter(({ verdict }) => verdict !== 'refused').length;
  const ended = finished.includes(data.state);
  const begin = () => start.mutate({ importId }, { onSuccess: () => setRunning(true) });

  return (
    <Card title={t(ended ? 'result.title' : 'preview.title')} action={<StateChip state={data.state} />}>
      <div className="ck-stack">
        {data.state === 'previewed' && (
          <p>{ready === 0 ? t('preview.nothing') : t('preview.text', { count: ready })}</p>
        )}
        {data.state === 'running' && <ImportProgress done={step?.done ?? 0} total={step?.total ?? 0} />}
        {ended && (
          <p className={data.state === 'failed' ? 'ck-danger-text' : undefined}>
            {t(data.state === 'done' && data.refusalCount === 0 ? 'ended.all' : `ended.${data.state}`)}
          </p>
        )}
        <dl className="ck-import-counts">
          {(
            [
              // before the start there is nothing that came in yet
              ...(data.state === 'previewed'
                ? []
                : ([
                    ['accepted', data.accepted],
                    ['duplicates', data.duplicates],
                  ] as const)),
              ['refused', data.refusalCount],
              ['patients', data.patients],
            ] as const
          ).map(([name, value]) => (
            <div key={name} data-tone={name === 'refused' && value > 0 ? 'danger' : 'plain'}>
              <dt>{t(`count.${name}`)}</dt>
              <dd>{format.number(value)}</dd>
            </div>
          ))}
        </dl>
        {data.similar > 0 && (
          <p className="ck-warn-text">
            <span aria-hidden="true">● </span>
            {t('similar', { count: data.similar })}
          </p>
        )}
        <FileTable files={data.files} />
        {data.refusalCount > 0 && <RefusalList refusals={data.refusals} count={data.refusalCount} />}
        <FormError error={start.error ?? save.error} />
        <Group justify="flex-end">
          {!ended && (
            <Button variant="default" onClick={() => setStopping(true)}>
              {t(data.state === 'running' ? 'stop.open' : 'discard')}
            </Button>
          )}
          {data.state === 'previewed' && (
            <Button onClick={begin} loading={start.isPending} disabled={ready === 0}>
              {t('start')}
            </Button>
          )}
          {data.state === 'done' && can('patient:export') && data.accepted > 0 && (
            <ExportButton
              variant="default"
              loading={save.isPending}
              onClick={() =>
                save.mutate({ importId }, { onSuccess: ({ saved }) => saved && notifyDone(t('exported')) })
              }
            >
              {t('export')}
            </ExportButton>
          )}
          {ended && (
            <Button variant="default" onClick={onClose}>
              {app('action.close')}
            </Button>
          )}
        </Group>
      </div>
      <ConfirmDialog
        opened={stopping}
        title={t('stop.title')}
        confirmLabel={t(data.state === 'running' ? 'stop.open' : 'discard')}
        danger
        onConfirm={async () => {
          await cancel.mutateAsync({ importId });
          if (data.state === 'previewed') onClose();
        }}
        onClose={() => setStopping(false)}
      >
        {t('stop.text')}
      </ConfirmDialog>
    </Card>
  );
}
