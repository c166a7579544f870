import { useTranslation } from 'react-i18next';
import { useProcedure } from '../client.ts';
import { Card, ErrorState, LoadingSkeleton } from '../ui/index.ts';
import type { Policies } from './use-policies.ts';
import './policies.css';

/** What IT staff set for this machine, to read: where it comes from, and what is wrong with it. */
export function PoliciesCard() {
  const { t } = useTranslation('policies');
  const policies = useProcedure('policies.get', {}, { staleTime: Number.POSITIVE_INFINITY });
  return (
    <Card title={t('title')}>
      {policies.isPending ? (
        <LoadingSkeleton rows={3} />
      ) : policies.error !== null ? (
        <ErrorState error={policies.error} onRetry={() => void policies.refetch()} />
      ) : (
        <Read policies={policies.data} />
      )}
    </Card>
  );
}

function Read({ policies: { source, entries, problems } }: { readonly policies: Policies }) {
  const { t } = useTranslation('policies');
  return (
    <>
      {problems.length > 0 && <Problems problems={problems} />}
      <p className={entries.length === 0 ? 'ck-dim' : undefined}>
        {t(source === 'none' && problems.length === 0 ? 'none' : `source.${source}`)}
      </p>
      {entries.length > 0 && (
        <dl className="ck-policies">
          {entries.map(({ name, value }) => (
            <div key={name}>
              <dt>
                {t(`name.${name}`, { defaultValue: name })}
                <span className="ck-policy-name">{name}</span>
              </dt>
              <dd>
                <Value name={name} value={value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

/** One value in words where there are words for it; addresses, folders and fingerprints as they are. */
function Value({ name, value }: { readonly name: string; readonly value: string }) {
  const { t } = useTranslation('policies');
  if (name === 'idleMinutes') return t('minutes', { count: Number(value) });
  const word = /^[a-z]+$/.test(value) ? t(`value.${name}.${value}`, { defaultValue: '' }) : '';
  if (word !== '') return word;
  return (
    <span className="ck-mono ck-policy-value" translate="no">
      <bdi>{value}</bdi>
    </span>
  );
}

/** A policy that cannot be trusted makes everything strict; one that differs from what is so is only said. */
function Problems({ problems }: { readonly problems: Policies['problems'] }) {
  const { t } = useTranslation('policies');
  const strict = problems.some(({ code }) => code !== 'policy-backend');
  return (
    <section className="ck-policy-problems" aria-label={t('problems.title')}>
      <p className="ck-policy-problems-title">
        <span aria-hidden="true">▲ </span>
        {t('problems.title')}
      </p>
      <p>{t(strict ? 'problems.strict' : 'problems.differs')}</p>
      <ul>
        {problems.map(({ name, code }) => (
          <li key={`${name} ${code}`}>
            {name !== '' && (
              <>
                <span className="ck-mono" translate="no">
                  <bdi>{name}</bdi>
                </span>
                {': '}
              </>
            )}
            {t(`policyProblem.${code}`)}
          </li>
        ))}
      </ul>
    </section>
  );
}
