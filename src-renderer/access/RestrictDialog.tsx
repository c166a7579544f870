import { Checkbox, NativeSelect, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { restrictionReason, restrictionReasons } from '../../src-shared/contract/access.ts';
import type { Output } from '../../src-shared/contract/index.ts';
import { useSession } from '../app/session.tsx';
import { useAction, useProcedure } from '../client.ts';
import { FormDialog } from '../patient/FormDialog.tsx';
import { LoadingSkeleton, notifyDone } from '../ui/index.ts';
import classes from './access.module.css';

type Props = { readonly access: Output<'access.get'>; readonly onClose: () => void };

/** Why, and who alone may open the chart from now on: colleagues whose role reads charts. */
export function RestrictDialog({ access: { patientId, restriction }, onClose }: Props) {
  const { t } = useTranslation('access');
  const { userId, can } = useSession();
  const readers = useProcedure('access.candidates', {});
  const [reason, setReason] = useState(restriction?.reason ?? 'patient-asked');
  const before = restriction?.users.map(({ id }) => id) ?? (can('chart:read') ? [userId] : []);
  const [chosen, setChosen] = useState<readonly string[]>(before);
  const restrict = useAction('access.restrict', { stale: ['access', 'chart'] });
  // who was named before and may not open charts any more falls out
  const users = readers.data?.users.filter(({ id }) => chosen.includes(id)).map(({ id }) => id) ?? [];
  const submit = () =>
    restrict.mutate(
      { patientId, reason, users },
      {
        onSuccess: () => {
          notifyDone(t('restrict.done'));
          onClose();
        },
      },
    );
  return (
    <FormDialog
      title={t('restrict.title')}
      submitLabel={t('restrict.submit')}
      dirty={false}
      busy={restrict.isPending}
      error={restrict.error ?? readers.error}
      size={560}
      submitDisabled={users.length === 0}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="ck-dim">{t('restrict.text')}</p>
      <NativeSelect
        label={t('restrict.reason')}
        value={reason}
        onChange={(event) => setReason(restrictionReason.parse(event.currentTarget.value))}
        data={restrictionReasons.map((value) => ({ value, label: t(`restriction.${value}`) }))}
        data-autofocus
      />
      {readers.isPending ? (
        <LoadingSkeleton rows={4} />
      ) : (
        <Checkbox.Group label={t('restrict.users')} value={[...chosen]} onChange={setChosen}>
          <Stack gap={8} mt={6}>
            {readers.data?.users.map(({ id, name }) => (
              <Checkbox key={id} value={id} label={id === userId ? t('restrict.you', { name }) : name} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
      <p className={classes.hint} role="status">
        {users.length === 0
          ? t('restrict.nobody')
          : can('chart:read') && !users.includes(userId)
            ? t('restrict.notYou')
            : ''}
      </p>
    </FormDialog>
  );
}
