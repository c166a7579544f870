import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RequestLine } from '../../src-shared/contract/requests.ts';
import { ExportButton } from '../policies/index.ts';
import { Chip, DateText } from '../ui/index.ts';
import type { RequestAction } from './RequestDialogs.tsx';
import { useRequestWords } from './words.ts';

type RequestItemProps = { readonly request: RequestLine; readonly onAction: (action: RequestAction) => void };

/** One thing that waits: what is asked, by whom, until when, and what the reader may do about it. */
export function RequestItem({ request, onAction }: RequestItemProps) {
  const { t } = useTranslation('requests');
  const words = useRequestWords();
  const { may, subject, state } = request;
  return (
    <li className="ck-request">
      <div className="ck-request-text">
        <p className="ck-request-what">{words(request)}</p>
        <p className="ck-dim">
          {t('asked-by', { name: request.askedBy })} · <DateText at={request.askedAt} /> · {t('until')}{' '}
          <DateText at={request.expiresAt} />
        </p>
        {request.agreedBy !== null && <p className="ck-dim">{t('agreed-by', { name: request.agreedBy })}</p>}
      </div>
      <Group gap="sm" wrap="nowrap" className="ck-request-actions">
        {state === 'agreed' ? (
          <Chip tone="good" sign="✓">
            {t('state.agreed')}
          </Chip>
        ) : (
          <Chip tone="warn" sign="●">
            {t(may.agree ? 'state.waits-for-you' : 'state.open')}
          </Chip>
        )}
        {may.withdraw && (
          <Button variant="default" onClick={() => onAction('withdraw')}>
            {t('withdraw')}
          </Button>
        )}
        {may.decline && (
          <Button variant="default" onClick={() => onAction('decline')}>
            {t('decline')}
          </Button>
        )}
        {may.agree && <Button onClick={() => onAction('agree')}>{t('agree')}</Button>}
        {may.carryOut && subject.kind === 'export-all' && (
          <ExportButton onClick={() => onAction('export')}>{t('export.open')}</ExportButton>
        )}
        {may.carryOut && subject.kind === 'audit-prune' && (
          <Button onClick={() => onAction('prune')}>{t('prune.open')}</Button>
        )}
        {may.carryOut && subject.kind === 'erase-patient' && (
          <Button color="red" onClick={() => onAction('erase')}>
            {t('erase.open')}
          </Button>
        )}
        {may.carryOut && subject.kind === 'restore-access' && (
          <Button onClick={() => onAction('restore')}>{t('restore.open')}</Button>
        )}
      </Group>
    </li>
  );
}
