import { notifications } from '@mantine/notifications';
import { i18next } from '../i18n.ts';
import { announce } from './LiveRegion.tsx';

/** A short word that something is done, at the edge of the screen and to a screen reader. No patient's data in it. */
export function notifyDone(text: string): void {
  notifications.show({
    message: text,
    color: 'teal',
    autoClose: 4000,
    withBorder: true,
    closeButtonProps: { 'aria-label': i18next.t('action.close') },
  });
  announce(text);
}

/** Something that somebody must look at: it stays until it is closed. No patient's data in it. */
export function notifyAlarm(text: string): void {
  notifications.show({
    message: text,
    color: 'red',
    autoClose: false,
    withBorder: true,
    role: 'alert',
    closeButtonProps: { 'aria-label': i18next.t('action.close') },
  });
}
