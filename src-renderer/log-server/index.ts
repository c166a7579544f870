export { LogServerSettings } from './LogServerSettings.tsx';
