/** The two-person rule on the screen. */
export { AskSecondAdmin } from './AskSecondAdmin.tsx';
export { RequestsPage } from './RequestsPage.tsx';
export { WaitingCount } from './WaitingCount.tsx';
