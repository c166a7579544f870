import { Button } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import type { ImportId } from '../../src-shared/contract/primitives.ts';
import { Card, DateText, ErrorState, LoadingSkeleton, useFormat } from '../ui/index.ts';
import { StateChip } from './StateChip.tsx';

type PastImportsProps = {
  readonly list: UseQueryResult<Output<'imports.list'>, Error>;
  readonly current: ImportId | null;
  readonly onOpen: (id: ImportId) => void;
};

export function PastImports({ list, current, onOpen }: PastImportsProps) {
  const { t } = useTranslation('import');
  const { t: app } = useTranslation('app');
  const format = useFormat();
  if (list.isPending) {
    return (
      <Card title={t('past.title')}>
        <LoadingSkeleton rows={3} />
      </Card>
    );
  }
  if (list.error !== null) {
    return (
      <Card title={t('past.title')}>
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      </Card>
    );
  }
  const others = list.data.imports.filter(({ id }) => id !== current);
  if (others.length === 0) return null;
  return (
    <Card title={t('past.title')} flush>
      <div className="ck-table-scroll">
        <table className="ck-table">
          <thead>
            <tr>
              <th scope="col">{t('column.when')}</th>
              <th scope="col">{t('column.by')}</th>
              <th scope="col">{t('column.files')}</th>
              <th scope="col" className="ck-number">
                {t('count.accepted')}
              </th>
              <th scope="col" className="ck-number">
                {t('count.duplicates')}
              </th>
              <th scope="col">{t('column.state')}</th>
              <th scope="col">
                <span className="ck-hidden">{app('action.open')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {others.map((entry) => (
              <tr key={entry.id}>
                <td className="ck-mono">
                  <DateText at={entry.startedAt} />
                </td>
                <td>{entry.by}</td>
                <td className="ck-import-name">
                  <bdi>{entry.firstFile}</bdi>
                  {entry.files > 1 && <span className="ck-dim"> {t('and-more', { count: entry.files - 1 })}</span>}
                </td>
                <td className="ck-number">{format.number(entry.accepted)}</td>
                <td className="ck-number">{format.number(entry.duplicates)}</td>
                <td>
                  <StateChip state={entry.state} />
                </td>
                <td className="ck-number">
                  <Button
                    variant="default"
                    size="xs"
                    aria-label={t('past.open', { name: entry.firstFile })}
                    onClick={() => onOpen(entry.id)}
                  >
                    {app('action.open')}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
