import { Button, Group, Modal, Stack } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormError } from './FormError.tsx';
import { PasswordField } from './PasswordField.tsx';

type ConfirmDialogProps = {
  readonly opened: boolean;
  readonly title: string;
  readonly children: ReactNode;
  readonly confirmLabel: string;
  /** Red button: what cannot be taken back. */
  readonly danger?: boolean;
  /** Asks for the user's own password and hands it to `onConfirm`. */
  readonly withPassword?: boolean;
  /** May throw a ClientError: it is shown and the dialog stays. */
  readonly onConfirm: (password: string) => Promise<void>;
  readonly onClose: () => void;
  /** Another way to show what went wrong, with a way on. */
  readonly showError?: (error: unknown) => ReactNode;
};

/** Asks before something that matters. Escape and Cancel leave everything as it was. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { t } = useTranslation('app');
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      size="md"
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {/* mounted anew each time, so that no password outlives its dialog */}
      {props.opened && <ConfirmForm {...props} />}
    </Modal>
  );
}

function ConfirmForm({
  children,
  confirmLabel,
  danger,
  withPassword,
  onConfirm,
  onClose,
  showError,
}: ConfirmDialogProps) {
  const { t } = useTranslation('app');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onConfirm(password);
      onClose();
    } catch (thrown) {
      setPassword('');
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <div>{children}</div>
        {withPassword === true && (
          <PasswordField
            label={t('password.own')}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            data-autofocus
            required
          />
        )}
        {showError === undefined ? <FormError error={error} /> : showError(error)}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button
            type="submit"
            loading={busy}
            disabled={withPassword === true && password === ''}
            {...(danger === true ? { color: 'red' } : {})}
          >
            {confirmLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
