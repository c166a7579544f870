/** New versions: offered to everybody, looked after by IT. */
export { FailedVersion } from './FailedVersion.tsx';
export { InstallingScreen } from './InstallingScreen.tsx';
export { OfferProvider } from './offer-here.tsx';
export { UpdateAtSignIn } from './UpdateAtSignIn.tsx';
export { UpdateBanner } from './UpdateBanner.tsx';
export { UpdateChip } from './UpdateChip.tsx';
export { useUpdateStatus } from './use-updates.ts';
