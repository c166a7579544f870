import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../src-shared/contract/exchange.ts';
import { useFormat } from '../ui/index.ts';
import { useRefusalText } from './refusal-text.ts';

type RefusalListProps = { readonly refusals: readonly Refusal[]; readonly count: number };

/** What was refused and why: file, place in the file, reason in plain words. */
export function RefusalList({ refusals, count }: RefusalListProps) {
  const { t } = useTranslation('import');
  const format = useFormat();
  const reason = useRefusalText();
  return (
    <section aria-label={t('refusals.title')}>
      <h3 className="ck-import-head">{t('refusals.title')}</h3>
      <p className="ck-dim">{t('refusals.text')}</p>
      <div className="ck-table-scroll ck-import-files">
        <table className="ck-table">
          <thead>
            <tr>
              <th scope="col">{t('column.file')}</th>
              <th scope="col">{t('column.place')}</th>
              <th scope="col">{t('column.reason')}</th>
            </tr>
          </thead>
          <tbody>
            {refusals.map((refusal, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list is fixed once it is there
              <tr key={index}>
                <td className="ck-import-name">
                  <bdi>{refusal.name}</bdi>
                </td>
                <td className="ck-mono">
                  {refusal.line !== null && `${t('line', { line: format.number(refusal.line) })} `}
                  {refusal.path}
                </td>
                <td>{reason(refusal)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {count > refusals.length && (
        <p className="ck-dim">
          {t('refusals.first', { shown: format.number(refusals.length), count: format.number(count) })}
        </p>
      )}
    </section>
  );
}
