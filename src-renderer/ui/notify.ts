import { notifications } from '@mantine/notifications';
import { announce } from './LiveRegion.tsx';

/** A short word that something is done, at the edge of the screen and to a screen reader. No patient's data in it. */
export function notifyDone(text: string): void {
  notifications.show({ message: text, color: 'teal', autoClose: 4000, withBorder: true });
  announce(text);
}
