import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';

/** What one connection showed, in plain words. */
export function TestResult({ result, protocol }: Output<'logServer.test'>) {
  const { t } = useTranslation('logserver');
  if (result === 'ok') {
    return (
      <p>
        <span className="ck-good-text" aria-hidden="true">
          ✓{' '}
        </span>
        {t('test-ok', { protocol: protocol?.replace('v', ' ') ?? 'TLS' })}
      </p>
    );
  }
  return (
    <p>
      <span className="ck-danger-text" aria-hidden="true">
        ▲{' '}
      </span>
      {t(`failure.${result}`)}
    </p>
  );
}
