import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RosterPerson, RosterView } from '../../src-shared/contract/roster.ts';
import { roleName } from '../app/role-name.ts';
import { useProcedure } from '../client.ts';
import { DateField } from '../patient/DateField.tsx';
import { Card, Chip, EmptyState, ErrorState, LoadingSkeleton, useFormat } from '../ui/index.ts';
import classes from './roster.module.css';

/** The last instant of a day here. */
function endOf(day: string): number {
  return new Date(`${day}T23:59:59.999`).getTime();
}

/** "Who could sign on 3 March?" Without a day: now. */
export function DayTab() {
  const { t } = useTranslation('roster');
  const format = useFormat();
  const [day, setDay] = useState<string | null>(null);
  const whole = day !== null && day.length === 10 ? day : null;
  const state = useProcedure('roster.state', { at: whole === null ? null : endOf(whole) });
  const view = state.data?.view;
  return (
    <>
      <div className={classes.ask}>
        <DateField label={t('day.label')} value={day} onChange={setDay} precision="day" />
        <p className={classes.said} aria-live="polite">
          {whole === null ? t('day.now') : t('day.then', { day: format.date(whole) })}
        </p>
      </div>
      <Card flush label={t('title')}>
        {state.isPending ? (
          <div className={classes.loading}>
            <LoadingSkeleton rows={5} rowHeight={46} />
          </div>
        ) : state.error !== null ? (
          <ErrorState error={state.error} onRetry={() => void state.refetch()} />
        ) : view === null || view === undefined ? (
          <EmptyState title={t('day.before')} />
        ) : (
          <People view={view} />
        )}
      </Card>
      {view !== null && view !== undefined && (
        <p className={classes.foot}>
          {t('head', { count: view.size })} <span className="ck-mono">{view.head.slice(0, 16)}</span>
        </p>
      )}
    </>
  );
}

function People({ view }: { readonly view: RosterView }) {
  const { t } = useTranslation('roster');
  return (
    <div className="ck-table-scroll">
      <table className="ck-table">
        <thead>
          <tr>
            <th scope="col">{t('column.name')}</th>
            <th scope="col">{t('column.roles')}</th>
            <th scope="col">{t('column.status')}</th>
            <th scope="col">{t('column.signs')}</th>
            <th scope="col">{t('column.key')}</th>
          </tr>
        </thead>
        <tbody>
          {view.people.map((person) => (
            <Row key={person.userId} person={person} own={view.ownRoles} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const tones = { active: 'good', suspended: 'warn', removed: 'plain' } as const;

function Row({ person, own }: { readonly person: RosterPerson; readonly own: RosterView['ownRoles'] }) {
  const { t } = useTranslation('roster');
  const { t: app } = useTranslation('app');
  const named = own.map(({ roleId, name }) => ({ id: roleId, name }));
  return (
    <tr data-off={person.status !== 'active'}>
      <th scope="row" className={classes.person}>
        <bdi>{person.displayName}</bdi>
        <span className="ck-dim ck-mono"> {person.userName}</span>
      </th>
      <td>
        <span className={classes.chips}>
          {person.roles.map((role) => (
            <Chip key={role}>
              <bdi>{roleName(app, role, named)}</bdi>
            </Chip>
          ))}
        </span>
      </td>
      <td>
        <Chip tone={tones[person.status]}>{t(`status.${person.status}`)}</Chip>
      </td>
      <td>
        {person.signs ? (
          <span className={classes.yes}>{t('signs.yes')}</span>
        ) : (
          <span className="ck-dim">{t('signs.no')}</span>
        )}
      </td>
      <td className={classes.keys}>
        <span className="ck-mono">{person.key}</span>
        {person.retired.length > 0 && <span className="ck-dim"> {t('retired', { count: person.retired.length })}</span>}
      </td>
    </tr>
  );
}
