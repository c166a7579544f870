import type { TFunction } from 'i18next';
import { isBuiltIn, type RoleId } from '../../src-shared/contract/permissions.ts';

/** A role's name: the application's own in the user's language, the clinic's as the clinic called it. */
export function roleName(
  t: TFunction<'app'>,
  role: RoleId,
  own: readonly { readonly id: string; readonly name: string }[],
): string {
  return isBuiltIn(role) ? t(`role.${role}.name`) : (own.find(({ id }) => id === role)?.name ?? '–');
}
