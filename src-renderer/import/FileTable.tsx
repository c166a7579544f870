import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FileReport } from '../../src-shared/contract/exchange.ts';
import { Chip, type ChipTone, useFormat } from '../ui/index.ts';

const looks: { readonly [V in FileReport['verdict']]: { readonly tone: ChipTone; readonly sign: string } } = {
  waiting: { tone: 'plain', sign: '…' },
  accepted: { tone: 'good', sign: '✓' },
  duplicate: { tone: 'plain', sign: '=' },
  refused: { tone: 'danger', sign: '▲' },
};
const step = 100;

/** What is in each file and what became of it. Thousands of files: a hundred lines at a time. */
export function FileTable({ files }: { readonly files: readonly FileReport[] }) {
  const { t } = useTranslation('import');
  const format = useFormat();
  const [shown, setShown] = useState(step);
  return (
    <div className="ck-table-scroll ck-import-files">
      <table className="ck-table">
        <thead>
          <tr>
            <th scope="col">{t('column.file')}</th>
            <th scope="col">{t('column.kind')}</th>
            <th scope="col">{t('column.content')}</th>
            <th scope="col" className="ck-number">
              {t('column.size')}
            </th>
            <th scope="col">{t('column.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {files.slice(0, shown).map((file) => (
            <tr key={file.file}>
              <td className="ck-import-name">
                <bdi>{file.name}</bdi>
              </td>
              <td>{file.kind === null ? t('kind.unknown') : t(`kind.${file.kind}`, { defaultValue: file.kind })}</td>
              <td className="ck-dim">
                <Counts counts={file.counts} />
              </td>
              <td className="ck-number ck-dim">{format.bytes(file.bytes)}</td>
              <td>
                <Chip {...looks[file.verdict]}>{t(`verdict.${file.verdict}`)}</Chip>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {files.length > shown && (
        <div className="ck-import-more">
          <Button variant="default" size="xs" onClick={() => setShown(shown + step)}>
            {t('more-files', { count: files.length - shown })}
          </Button>
        </div>
      )}
    </div>
  );
}

const named = 4;

function Counts({ counts }: { readonly counts: FileReport['counts'] }) {
  const { t } = useTranslation('import');
  const format = useFormat();
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const rest = sorted.slice(named).reduce((sum, [, count]) => sum + count, 0);
  const parts = sorted
    .slice(0, named)
    .map(([type, count]) => `${t(`type.${type}`, { defaultValue: type })} ${format.number(count)}`);
  if (rest > 0) parts.push(t('other', { count: rest }));
  return <>{parts.join(' · ')}</>;
}
