import { useTranslation } from 'react-i18next';
import { useProcedure } from '../client.ts';
import { useErrorText } from '../ui/index.ts';
import classes from './review.module.css';

/** Why a restricted chart was opened, in the words of who did it. Reading them is an entry. */
export function EmergencyReason({ grant }: { readonly grant: string }) {
  const { t } = useTranslation('review');
  const error = useErrorText();
  const told = useProcedure('access.reason', { id: grant }, { staleTime: Number.POSITIVE_INFINITY });
  return (
    <>
      <dt>{t('fact.reason')}</dt>
      <dd>
        {told.data !== undefined && t(`reason.${told.data.reason}`)}
        {told.error !== null && error(told.error)}
      </dd>
      {told.data !== undefined && (
        <>
          <dt>{t('fact.told')}</dt>
          <dd className={classes.comment}>{told.data.text}</dd>
        </>
      )}
    </>
  );
}
