/** The file that support may be given, to read before there is one. */
export { DiagnosticsCard } from './DiagnosticsCard.tsx';
