/** Forms stand on the contract's own schemas: what core would refuse, the field says first, in the user's words. */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

function keyOfIssue(issue: Issue): string {
  if (issue.code === 'too_small') return 'field.required';
  if (issue.code === 'too_big') return 'field.too-long';
  return 'field.invalid';
}

/**
 * `validate` for @mantine/form from a contract schema. `words` names better texts (full keys) for single fields,
 * e.g. `{ userName: 'people:user-name-rule' }`; an empty field is always "required".
 */
export function useSchemaValidation(): <S extends z.ZodType>(
  schema: S,
  words?: Readonly<Record<string, string>>,
) => (values: z.input<S>) => Record<string, string> {
  const { t } = useTranslation('app');
  return useCallback(
    (schema, words = {}) =>
      (values) => {
        const parsed = schema.safeParse(values);
        if (parsed.success) return {};
        return Object.fromEntries(
          parsed.error.issues.map((issue) => {
            const path = issue.path.join('.');
            const word = words[path];
            const key = keyOfIssue(issue);
            return [path, t(word !== undefined && key !== 'field.required' ? word : key)];
          }),
        );
      },
    [t],
  );
}
