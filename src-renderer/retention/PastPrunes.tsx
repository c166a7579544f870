import { useTranslation } from 'react-i18next';
import type { PruneLine } from '../../src-shared/contract/retention.ts';
import { useProcedure } from '../client.ts';
import { Card, Chip, type ChipTone, DateText, useFormat } from '../ui/index.ts';

const looks: { readonly [S in PruneLine['state']]: { readonly tone: ChipTone; readonly sign: string } } = {
  running: { tone: 'warn', sign: '●' },
  done: { tone: 'good', sign: '✓' },
  stopped: { tone: 'plain', sign: '–' },
};

/** What was pruned, by whom and with whom; nothing is shown where nothing ever was. */
export function PastPrunes() {
  const { t } = useTranslation('retention');
  const format = useFormat();
  const { data } = useProcedure('retention.prunes', {});
  if (data === undefined || data.prunes.length === 0) return null;
  return (
    <Card flush title={t('past.title')}>
      <div className="ck-table-scroll">
        <table className="ck-table">
          <thead>
            <tr>
              <th scope="col">{t('past.when')}</th>
              <th scope="col">{t('past.by')}</th>
              <th scope="col">{t('past.agreed')}</th>
              <th scope="col">{t('past.before')}</th>
              <th scope="col">{t('past.kept')}</th>
              <th scope="col">{t('past.state')}</th>
            </tr>
          </thead>
          <tbody>
            {data.prunes.map((prune) => (
              <tr key={prune.id}>
                <td className="ck-dim">
                  <DateText at={prune.at} />
                </td>
                <td>{prune.by}</td>
                <td>{prune.agreedBy.length === 0 ? t('past.alone') : prune.agreedBy.join(', ')}</td>
                <td>
                  <DateText at={prune.before} withTime={false} />
                </td>
                <td>{t('past.of', { kept: format.number(prune.kept), below: format.number(prune.below) })}</td>
                <td>
                  <Chip {...looks[prune.state]}>{t(`past.${prune.state}`)}</Chip>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
