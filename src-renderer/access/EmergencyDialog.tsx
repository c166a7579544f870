import { Radio, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type BreakGlassReason, breakGlassReason, breakGlassReasons } from '../../src-shared/contract/access.ts';
import type { Output } from '../../src-shared/contract/index.ts';
import { useAction } from '../client.ts';
import { FormDialog } from '../patient/FormDialog.tsx';
import { notifyDone, PasswordField } from '../ui/index.ts';
import classes from './access.module.css';

type Props = { readonly patientId: Output<'access.get'>['patientId']; readonly onClose: () => void };

/** Why, in a word and in one's own words, and the own password again. Never refused for its reason. */
export function EmergencyDialog({ patientId, onClose }: Props) {
  const { t } = useTranslation('access');
  const { t: app } = useTranslation('app');
  const [reason, setReason] = useState<BreakGlassReason>('emergency');
  const [text, setText] = useState('');
  const [password, setPassword] = useState('');
  const open = useAction('access.breakGlass', { stale: ['access', 'chart'] });
  const submit = async () => {
    try {
      await open.mutateAsync({ patientId, reason, text, password });
      notifyDone(t('dialog.opened'));
      onClose();
    } catch {
      // shown from `open.error`; only the password is asked for again
      setPassword('');
    }
  };
  return (
    <FormDialog
      title={t('dialog.title')}
      submitLabel={t('dialog.submit')}
      dirty={text !== '' || password !== ''}
      busy={open.isPending}
      error={open.error}
      size={560}
      submitDisabled={text.trim() === '' || password === ''}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <p className={classes.warning}>{t('dialog.text')}</p>
      <Radio.Group
        label={t('dialog.reason')}
        value={reason}
        onChange={(value) => setReason(breakGlassReason.parse(value))}
      >
        <Stack gap={6} mt={6}>
          {breakGlassReasons.map((each) => (
            <Radio key={each} value={each} label={t(`emergency.${each}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Textarea
        label={t('dialog.told')}
        description={t('dialog.toldHint')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maxLength={1000}
        autosize
        minRows={2}
        maxRows={6}
        required
        data-autofocus
      />
      <PasswordField
        label={app('password.own')}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        required
      />
    </FormDialog>
  );
}
