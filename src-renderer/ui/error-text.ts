import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { errorValueOf } from '../client.ts';

/** Any error in the user's words: `errors.<code>`, with the time to wait where core names one. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation('errors');
  return useCallback(
    (error) => {
      const { code, retryAfter } = errorValueOf(error);
      return t(code, { seconds: Math.max(1, Math.ceil((retryAfter ?? 1000) / 1000)) });
    },
    [t],
  );
}
