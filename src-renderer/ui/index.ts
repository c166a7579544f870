/** The kit every screen is made of. */
export { Card } from './Card.tsx';
export { Chip, type ChipTone } from './Chip.tsx';
export { ConfirmDialog } from './ConfirmDialog.tsx';
export { DateText } from './DateText.tsx';
export { useErrorText } from './error-text.ts';
export { useSchemaValidation } from './form.ts';
export { FormError } from './FormError.tsx';
export { ageAt, useFormat, type Format } from './format.ts';
export { ariaKeys, shortcuts, useShortcut, type ShortcutName } from './hotkeys.ts';
export { Kbd } from './Kbd.tsx';
export { announce, LiveRegion } from './LiveRegion.tsx';
export { Mark } from './Mark.tsx';
export { notifyDone } from './notify.ts';
export { PageHead } from './PageHead.tsx';
export { PasswordField } from './PasswordField.tsx';
export { EmptyState, ErrorState, LoadingSkeleton } from './states.tsx';
