import { useTranslation } from 'react-i18next';
import type { AccessLine } from '../../src-shared/contract/access-report.ts';
import type { Output } from '../../src-shared/contract/index.ts';
import { roles as builtIn } from '../../src-shared/contract/permissions.ts';
import { Chip, EmptyState, useFormat } from '../ui/index.ts';
import classes from './access-report.module.css';

const counts = ['accesses', 'people', 'emergencies', 'takenOut', 'refused'] as const;
const tones: Partial<Record<(typeof counts)[number], string>> = { emergencies: 'warn', refused: 'danger' };

/** What the report will say, in the words of who looks at it. */
export function Preview({ answer }: { readonly answer: Output<'accessReports.preview'> }) {
  const { t } = useTranslation('accessReport');
  const format = useFormat();
  const { summary, lines, lineCount, begins, prunedBefore, from } = answer;
  const day = (at: number) => format.dateTime(at);
  return (
    <>
      <dl className={classes.counts}>
        {counts.map((each) => (
          <div key={each} data-tone={summary[each] > 0 ? tones[each] : undefined}>
            <dt>{t(`pdf.count.${each}`)}</dt>
            <dd>{format.number(summary[each])}</dd>
          </div>
        ))}
      </dl>
      {lines.length === 0 ? (
        <EmptyState title={t('dialog.none')} text={t('dialog.noneText')} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard
        <ul className={classes.lines} aria-label={t('dialog.preview')} tabIndex={0}>
          {lines.map((line, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two lines may be alike, and the list is never reordered
            <Line key={at} line={line} />
          ))}
        </ul>
      )}
      <p className={classes.foot} role="status">
        {lineCount > lines.length && `${t('dialog.more', { count: lineCount - lines.length })} `}
        {begins !== null && begins > from && `${t('dialog.begins', { date: day(begins) })} `}
        {prunedBefore !== null && prunedBefore > from && t('dialog.pruned', { date: day(prunedBefore) })}
      </p>
    </>
  );
}

function Line({ line }: { readonly line: AccessLine }) {
  const { t } = useTranslation('accessReport');
  const format = useFormat();
  const { from, to, count, activity, event, categories, origins, whole, roles, where, purpose, reason } = line;
  const sameDay = new Date(from).toDateString() === new Date(to).toDateString();
  const until = sameDay ? format.time(to) : format.dateTime(to);
  const roleName = (role: string) => {
    const known = builtIn.find((each) => each === role);
    return known === undefined ? role : t(`role.${known}`);
  };
  const data = whole ? t('pdf.whole') : categories.map((category) => t(`category.${category}`)).join(', ');
  const who = roles.length === 0 ? t('role.none') : roles.map(roleName).join(', ');
  return (
    <li className={classes.line}>
      <time dateTime={new Date(from).toISOString()}>
        {format.dateTime(from)}
        {format.time(from) !== format.time(to) || !sameDay ? `–${until}` : ''}
      </time>
      <div className={classes.what}>
        <strong>{t(`event.${event}`, { defaultValue: t(`activity.${activity}`) })}</strong>
        <span className={classes.small}>
          {[
            reason === null ? '' : t(`reason.${reason}`),
            data,
            origins.map((origin) => t(`origin.${origin}`)).join('; '),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      <div className={classes.who}>
        <bdi>{who}</bdi>
        <span className={classes.small}>
          {t(`purpose.${purpose}`, { defaultValue: purpose })} · <bdi>{where}</bdi>
        </span>
      </div>
      <div className={classes.end}>
        {count > 1 && <Chip>{t('pdf.times', { count })}</Chip>}
        {activity === 'refused' && (
          <Chip tone="danger" sign="▲">
            {t('activity.refused')}
          </Chip>
        )}
        {activity === 'failed' && <Chip tone="warn">{t('activity.failed')}</Chip>}
        {(activity === 'emergency' || purpose === 'BTG') && (
          <Chip tone="warn" sign="!">
            {t('purpose.BTG')}
          </Chip>
        )}
      </div>
    </li>
  );
}
