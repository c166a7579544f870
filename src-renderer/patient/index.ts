/** Adding a person and changing who they are. */
export { EditPatientDialog } from './EditPatientDialog.tsx';
export { NewPatientDialog } from './NewPatientDialog.tsx';
