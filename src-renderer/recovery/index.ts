/** The recovery kit while the clinic is open: its form, its yearly drill. */
export { DrillReminder } from './DrillReminder.tsx';
export { RecoveryPage } from './RecoveryPage.tsx';
