/** Finding a patient: the box in the top bar, the finder over everything, the lists of the landing page. */
export { DraftsList } from './DraftsList.tsx';
export { FindBox } from './FindBox.tsx';
export { FindOverlay, type FindOverlayProps } from './FindOverlay.tsx';
export { RecentPatients } from './RecentPatients.tsx';
export { type TypedPerson, typedPerson } from './typed-person.ts';
