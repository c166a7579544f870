export { AccessTab } from './AccessTab.tsx';
export { EmergencyBand } from './EmergencyBand.tsx';
export { EmergencyLine } from './EmergencyLine.tsx';
export { RestrictedChart } from './RestrictedChart.tsx';
