import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { useCan } from '../app/session.tsx';
import { countryName } from '../start/setup/countries.ts';
import { Card, Chip, DateText, EmptyState, useFormat } from '../ui/index.ts';
import { Fingerprint } from './Fingerprint.tsx';

type CardProps = { readonly backend: Output<'backend.get'>['backend']; readonly onConnect: () => void };

/** Over what the workstations meet: who keeps it, where it stands, and how it is known. */
export function BackendCard({ backend, onConnect }: CardProps) {
  const { t } = useTranslation('workstations');
  const { i18n } = useTranslation();
  const format = useFormat();
  const can = useCan();
  if (backend === null) {
    return (
      <Card label={t('backend.title')}>
        <EmptyState
          title={t('backend.none')}
          text={t(can('settings:write') ? 'backend.none-text' : 'backend.none-ask')}
          action={can('settings:write') && <Button onClick={onConnect}>{t('connect.open')}</Button>}
        />
      </Card>
    );
  }
  const { used, quota } = backend;
  return (
    <Card title={t('backend.title')}>
      <dl className="ck-backend">
        <div>
          <dt>{t('backend.operator')}</dt>
          <dd>
            <bdi>{backend.operator}</bdi>
          </dd>
        </div>
        <div>
          <dt>{t('backend.country')}</dt>
          <dd>
            {countryName(backend.region, i18n.language)}{' '}
            <Chip tone={backend.inEu ? 'good' : 'danger'} sign={backend.inEu ? '✓' : '▲'}>
              {t(backend.inEu ? 'backend.in-eu' : 'backend.outside')}
            </Chip>
          </dd>
        </div>
        <div>
          <dt>{t('backend.address')}</dt>
          <dd className="ck-mono">{backend.address}</dd>
        </div>
        <div>
          <dt>{t('backend.certificate')}</dt>
          <dd>
            <DateText at={backend.certificateUntil} withTime={false} />
            <span className="ck-dim"> · {t('backend.renews')}</span>
          </dd>
        </div>
        {used !== null && (
          <div>
            <dt>{t('backend.space')}</dt>
            <dd>
              {quota === null
                ? format.bytes(used)
                : t('backend.of', { used: format.bytes(used), quota: format.bytes(quota) })}
            </dd>
          </div>
        )}
        <div className="ck-backend-wide">
          <dt>{t('backend.fingerprint')}</dt>
          <dd>
            <Fingerprint of={backend.fingerprint} />
          </dd>
        </div>
      </dl>
      <p className="ck-dim ck-backend-note">{t('backend.sealed')}</p>
    </Card>
  );
}
