/** Who may act and sign: on any day, and how it came to be. */
export { RosterPage } from './RosterPage.tsx';
