import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { KeyAge } from '../../src-shared/contract/keys.ts';
import { useSession } from '../app/session.tsx';
import { Chip, DateText } from '../ui/index.ts';
import { ageWords } from './age.ts';

type KeysTableProps = {
  readonly keys: readonly KeyAge[];
  readonly onRotate: (key: KeyAge) => void;
};

export function KeysTable({ keys, onRotate }: KeysTableProps) {
  const { t } = useTranslation('keys');
  return (
    <div className="ck-table-scroll">
      <table className="ck-table ck-keys">
        <thead>
          <tr>
            <th scope="col">{t('column.key')}</th>
            <th scope="col">{t('column.age')}</th>
            <th scope="col">{t('column.rotated')}</th>
            <th scope="col">{t('column.state')}</th>
            <th scope="col">
              <span className="ck-hidden">{t('column.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <KeyRow key={`${key.kind}-${key.userId ?? ''}`} of={key} onRotate={() => onRotate(key)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function KeyRow({ of, onRotate }: { readonly of: KeyAge; readonly onRotate: () => void }) {
  const { t, i18n } = useTranslation('keys');
  const action = useRotateAction(of);
  return (
    <tr>
      <th scope="row" className="ck-key">
        <span className="ck-key-name">
          {t(`kind.${of.kind}.name`)}
          {of.displayName !== null && (
            <>
              {' · '}
              <bdi>{of.displayName}</bdi>
            </>
          )}
        </span>
        <span className="ck-key-text">{t(`kind.${of.kind}.text`)}</span>
      </th>
      <td className="ck-key-age">{ageWords(of.createdAt, Date.now(), i18n.language) || t('today')}</td>
      <td className="ck-dim">
        {of.kind === 'recovery' ? (
          of.lastDrill === null ? (
            t('no-drill')
          ) : (
            <>
              {t(of.lastDrill.passed ? 'drill-passed' : 'drill-failed')}{' '}
              <DateText at={of.lastDrill.at} withTime={false} />
            </>
          )
        ) : of.rotatedAt === null ? (
          t('never')
        ) : (
          <DateText at={of.rotatedAt} withTime={false} />
        )}
      </td>
      <td>
        <StateChip of={of} />
      </td>
      <td className="ck-number">
        {action !== null && (
          <Button
            variant="default"
            size="xs"
            onClick={onRotate}
            aria-label={t(`${action}-label`, { key: `${t(`kind.${of.kind}.name`)} ${of.displayName ?? ''}`.trim() })}
          >
            {t(action)}
          </Button>
        )}
      </td>
    </tr>
  );
}

/** What this session may do about a key: rotate it, ask its owner's next sign-in to, or nothing. */
function useRotateAction(key: KeyAge): 'rotate' | 'ask' | null {
  const { can, userId } = useSession();
  switch (key.kind) {
    case 'database':
    case 'clinic':
      return can('key:rotate') ? 'rotate' : null;
    case 'device-secret':
      return can('key:rotate') || can('device:write') ? 'rotate' : null;
    case 'identity':
      if (key.userId === userId) return 'rotate';
      return can('user:write') && !key.asked ? 'ask' : null;
    default:
      return null;
  }
}

function StateChip({ of }: { readonly of: KeyAge }) {
  const { t } = useTranslation('keys');
  if (of.asked) return <Chip tone="warn">{t('state.asked')}</Chip>;
  if (of.due)
    return (
      <Chip tone="danger" sign="▲">
        {t('state.left')}
      </Chip>
    );
  switch (of.reminder) {
    case 'fresh':
      return (
        <Chip tone="good" sign="✓">
          {t('state.fresh')}
        </Chip>
      );
    case 'due':
      return (
        <Chip tone="warn" sign="◷">
          {t(of.kind === 'recovery' ? 'state.drill-due' : 'state.due')}
        </Chip>
      );
    case 'overdue':
      return (
        <Chip tone="warn" sign="▲">
          {t(of.kind === 'recovery' ? 'state.drill-overdue' : 'state.overdue')}
        </Chip>
      );
    case null:
      return <Chip>{t('state.with-device')}</Chip>;
  }
}
