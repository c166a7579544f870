import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../src-shared/contract/exchange.ts';
import { useFormat } from '../ui/format.ts';

/** Limits in bytes are said in the user's way; limits of depth are plain numbers. */
const inBytes = new Set(['too-large', 'line-too-long']);

/** A refusal's reason in the user's words: `refusals.<code>` with the parameters it names. */
export function useRefusalText(): (refusal: Pick<Refusal, 'reason' | 'params'>) => string {
  const { t } = useTranslation('refusals');
  const format = useFormat();
  return useCallback(
    ({ reason, params }) => {
      const limit = Number(params.limit);
      const said =
        params.limit === undefined || Number.isNaN(limit)
          ? params
          : { ...params, limit: inBytes.has(reason) ? format.bytes(limit) : format.number(limit) };
      return t(reason, { ...said, defaultValue: t('other') });
    },
    [t, format],
  );
}
