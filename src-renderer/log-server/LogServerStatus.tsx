import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { Chip, type ChipTone, DateText, useFormat } from '../ui/index.ts';
import { Authorities } from './Authorities.tsx';

type LogServer = Output<'logServer.get'>;

const looks: { readonly [S in LogServer['state']]: { readonly tone: ChipTone; readonly sign: string } } = {
  off: { tone: 'plain', sign: '○' },
  idle: { tone: 'good', sign: '✓' },
  sending: { tone: 'accent', sign: '→' },
  waiting: { tone: 'warn', sign: '▲' },
};

/** What the server has, what waits, and why. */
export function LogServerStatus({
  server,
  target,
}: {
  readonly server: LogServer;
  readonly target: NonNullable<LogServer['target']>;
}) {
  const { t } = useTranslation('logserver');
  const format = useFormat();
  const { state, failingSince, lastFailure, nextTry, lastDelivered, deliveredTo, pending } = server;
  const { tone, sign } = looks[state];
  return (
    <>
      <div className="ck-log-server-state" role="status">
        <Chip tone={tone} sign={sign}>
          {t(`state.${state}`)}
        </Chip>
        {failingSince !== null && (
          <span>
            {t('since')} <DateText at={failingSince} />
          </span>
        )}
      </div>
      {state === 'waiting' && (
        <p>
          {lastFailure !== null && `${t(`failure.${lastFailure}`)} `}
          {t('safe')}
        </p>
      )}
      <dl className="ck-facts">
        <dt>{t('server')}</dt>
        <dd className="ck-mono ck-log-server-address">
          <bdi>
            {target.host.includes(':') ? `[${target.host}]` : target.host}:{target.port}
          </bdi>
        </dd>
        {target.serverName !== null && (
          <>
            <dt>{t('server-name')}</dt>
            <dd className="ck-mono">
              <bdi>{target.serverName}</bdi>
            </dd>
          </>
        )}
        <dt>{t('authority.title')}</dt>
        <dd>
          <Authorities known={target.known} />
        </dd>
        {state !== 'off' && (
          <>
            <dt>{t('next')}</dt>
            <dd>{t('entry', { number: format.number(deliveredTo) })}</dd>
            <dt>{t('pending')}</dt>
            <dd>{t('entries', { count: pending, number: format.number(pending) })}</dd>
            {lastDelivered !== null && (
              <>
                <dt>{t('last-delivered')}</dt>
                <dd>
                  <DateText at={lastDelivered} />
                </dd>
              </>
            )}
            {state === 'waiting' && nextTry !== null && (
              <>
                <dt>{t('next-try')}</dt>
                <dd>{format.time(nextTry)}</dd>
              </>
            )}
          </>
        )}
      </dl>
    </>
  );
}
