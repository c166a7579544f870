export { AccessReportAction } from './AccessReportAction.tsx';
export { AccessReportButton } from './AccessReportButton.tsx';
export { FhirExportAction } from './FhirExportAction.tsx';
