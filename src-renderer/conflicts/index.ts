/** Two people changed the same: the list, and the line in a chart. */
export { ConflictsPage } from './ConflictsPage.tsx';
