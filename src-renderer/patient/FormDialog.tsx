import { Button, Modal } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormError } from '../ui/index.ts';
import classes from './patient.module.css';

type Props = {
  readonly title: ReactNode;
  readonly children: ReactNode;
  readonly submitLabel: string;
  /** Whether something typed would be lost. */
  readonly dirty: boolean;
  readonly busy: boolean;
  readonly error: unknown;
  readonly size?: number;
  readonly submitDisabled?: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
};

/** A form over the page. Nothing typed is lost by a key or a click beside it: it asks first. */
export function FormDialog({
  title,
  children,
  submitLabel,
  dirty,
  busy,
  error,
  size = 720,
  submitDisabled = false,
  onSubmit,
  onClose,
}: Props) {
  const { t } = useTranslation('patient');
  const [asking, setAsking] = useState(false);
  const close = () => {
    if (dirty) setAsking(true);
    else onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // a form within a dialog within a page: the submit must not reach the outer one through React's tree
    event.stopPropagation();
    if (!busy && !submitDisabled) onSubmit();
  };
  return (
    <Modal
      opened
      onClose={close}
      title={title}
      size={size}
      closeOnClickOutside={!dirty}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <form onSubmit={submit} noValidate className={classes.form}>
        {children}
        <FormError error={error} />
        {asking ? (
          <div className={classes.asking} role="alert">
            <span>{t('dialog.unsaved')}</span>
            <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
              {t('dialog.goOn')}
            </Button>
            <Button color="red" variant="light" onClick={onClose}>
              {t('dialog.discard')}
            </Button>
          </div>
        ) : (
          <div className={classes.buttons}>
            <Button variant="default" onClick={close}>
              {t('dialog.cancel')}
            </Button>
            <Button type="submit" loading={busy} disabled={submitDisabled}>
              {submitLabel}
            </Button>
          </div>
        )}
      </form>
    </Modal>
  );
}
