/** The clinic's workstations and what they meet over. */
export { WorkstationsPage } from './WorkstationsPage.tsx';
