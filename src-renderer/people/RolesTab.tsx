import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ownRoleId } from '../../src-shared/contract/primitives.ts';
import type { RoleLine } from '../../src-shared/contract/roles.ts';
import { useSession } from '../app/session.tsx';
import { useAction, useProcedure } from '../client.ts';
import { Card, ConfirmDialog, ErrorState, LoadingSkeleton, notifyDone } from '../ui/index.ts';
import { RoleDialog } from './RoleDialog.tsx';
import { RoleMatrix } from './RoleMatrix.tsx';

type Open = { readonly kind: 'new' } | { readonly kind: 'edit' | 'remove'; readonly role: RoleLine };

/** Who may what; and the clinic's own roles, made, changed and removed. */
export function RolesTab() {
  const { t } = useTranslation('people');
  const { can } = useSession();
  const [open, setOpen] = useState<Open | null>(null);
  const matrix = useProcedure('roles.matrix', {});
  const remove = useAction('roles.remove', { stale: ['roles'] });
  const close = () => setOpen(null);
  return (
    <>
      <div className="ck-roles-head">
        <p className="ck-dim">{t('matrix.text')}</p>
        {can('user:write') && matrix.data !== undefined && (
          <Button onClick={() => setOpen({ kind: 'new' })}>{t('role.new')}</Button>
        )}
      </div>
      <Card flush label={t('matrix.title')}>
        {matrix.isPending ? (
          <div className="ck-people-loading">
            <LoadingSkeleton rows={12} rowHeight={30} />
          </div>
        ) : matrix.error !== null ? (
          <ErrorState error={matrix.error} onRetry={() => void matrix.refetch()} />
        ) : (
          <RoleMatrix
            roles={matrix.data.roles}
            {...(can('user:write') && {
              onEdit: (role: RoleLine) => setOpen({ kind: 'edit', role }),
              onRemove: (role: RoleLine) => setOpen({ kind: 'remove', role }),
            })}
          />
        )}
      </Card>
      {open?.kind === 'new' && <RoleDialog onClose={close} />}
      {open?.kind === 'edit' && <RoleDialog role={open.role} onClose={close} />}
      {open?.kind === 'remove' && (
        <ConfirmDialog
          opened
          danger
          title={t('role.remove-title', { name: open.role.name })}
          confirmLabel={t('role.remove')}
          onConfirm={async () => {
            await remove.mutateAsync({ roleId: ownRoleId.parse(open.role.id) });
            notifyDone(t('role.removed'));
          }}
          onClose={close}
        >
          {t('role.remove-text')}
        </ConfirmDialog>
      )}
    </>
  );
}
