import { Drawer } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditLine } from '../../src-shared/contract/audit.ts';
import { auditEvents } from '../../src-shared/contract/audit-events.ts';
import { isoDay } from '../../src-shared/fhir/dates.ts';
import { useFormat } from '../ui/index.ts';
import classes from './audit.module.css';
import { OutcomeChip } from './OutcomeChip.tsx';
import { useAuditWords } from './words.ts';

type Props = { readonly entry: AuditLine | null; readonly onClose: () => void };

/** One entry with every field the log holds about it. */
export function EntryDrawer({ entry, onClose }: Props) {
  const { t } = useTranslation('audit');
  return (
    <Drawer
      opened={entry !== null}
      onClose={onClose}
      position="right"
      size={440}
      title={t('detail.title')}
      closeButtonProps={{ 'aria-label': t('detail.close') }}
    >
      {entry !== null && <Fields entry={entry} />}
    </Drawer>
  );
}

function Fields({ entry }: { readonly entry: AuditLine }) {
  const { t } = useTranslation('audit');
  const words = useAuditWords();
  const format = useFormat();
  const { kind } = auditEvents[entry.event];
  const rows: readonly (readonly [string, string])[] = [
    [t('detail.number'), format.number(entry.seq)],
    [t('column.when'), `${format.date(isoDay(entry.recorded))} ${format.logTime(entry.recorded).slice(-8)}`],
    [t('column.what'), words.event(entry.event)],
    [t('filter.kind'), t(`kind.${kind}`)],
    [t('detail.action'), t(`action.${entry.action}`)],
    [t('column.who'), entry.user ?? t('nobody')],
    [t('detail.roles'), entry.roles.map(words.role).join(', ')],
    [t('detail.patient'), entry.patient ?? ''],
    [t('detail.pseudonym'), entry.patientRef ?? ''],
    [t('column.where'), entry.where],
    [t('detail.origin'), t(`origin.${entry.origin}`)],
    [t('column.purpose'), words.purpose(entry.purpose)],
    [t('detail.session'), entry.session ?? ''],
    [t('detail.entity'), entry.entity.join(', ')],
    [t('detail.rows'), entry.rows === 0 ? '' : format.number(entry.rows)],
    ...Object.entries(entry.detail).map(
      ([key, value]) => [words.detailKey(key), words.detailValue(key, value)] as const,
    ),
  ];
  return (
    <>
      <p className={classes.detailLead}>
        <strong>{words.event(entry.event)}</strong> <OutcomeChip outcome={entry.outcome} />
      </p>
      <dl className={classes.detail}>
        {rows
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
      </dl>
      {entry.shut && <p className={classes.shut}>{t('detail.shut')}</p>}
    </>
  );
}
