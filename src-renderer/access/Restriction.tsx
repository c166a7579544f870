import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { Chip, useFormat } from '../ui/index.ts';
import classes from './access.module.css';

/** Who may open the chart, why not everybody, and who said so. */
export function Restriction({ access: { restriction } }: { readonly access: Output<'access.get'> }) {
  const { t } = useTranslation('access');
  const format = useFormat();
  if (restriction === null) return <p>{t('who.everyone')}</p>;
  return (
    <>
      <p>{t('who.only')}</p>
      <ul className={classes.names}>
        {restriction.users.map(({ id, name }) => (
          <li key={id}>
            <Chip>
              <bdi>{name}</bdi>
            </Chip>
          </li>
        ))}
      </ul>
      <p className="ck-dim">
        {t(`restriction.${restriction.reason}`)} · {t('who.since', { when: format.dateTime(restriction.at) })}{' '}
        <bdi>{restriction.by}</bdi>
      </p>
    </>
  );
}
