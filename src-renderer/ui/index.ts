/** The kit every screen is made of. */
export { Card } from './Card.tsx';
export { Chip, type ChipTone } from './Chip.tsx';
export { ConfirmDialog } from './ConfirmDialog.tsx';
export { DateText } from './DateText.tsx';
export { useErrorText } from './error-text.ts';
export { FormError } from './FormError.tsx';
export { useSchemaValidation } from './form.ts';
export { ageAt, type Format, useFormat } from './format.ts';
export { useHeadingFocus } from './heading-focus.ts';
export { ariaKeys, type ShortcutName, shortcuts, useShortcut } from './hotkeys.ts';
export { Kbd } from './Kbd.tsx';
export { announce, LiveRegion } from './LiveRegion.tsx';
export { Mark } from './Mark.tsx';
export { NewPasswordField } from './NewPasswordField.tsx';
export { notifyDone } from './notify.ts';
export { PageHead } from './PageHead.tsx';
export { PasswordField } from './PasswordField.tsx';
export { EmptyState, ErrorState, LoadingSkeleton } from './states.tsx';
