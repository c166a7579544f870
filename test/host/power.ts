/** powerMonitor and nativeTheme, moved by script. */
import { EventEmitter } from 'node:events';
import type { NativeTheme, PowerMonitor } from 'electron';
import { obey } from './control.ts';
import { refuseUnknown } from './refuse.ts';

class HostPowerMonitor extends EventEmitter implements Pick<PowerMonitor, 'getSystemIdleTime'> {
  idle = 0;
  getSystemIdleTime(): number {
    return this.idle;
  }
}
const power = new HostPowerMonitor();
export const powerMonitor = refuseUnknown('powerMonitor', power);

class HostNativeTheme extends EventEmitter implements Pick<NativeTheme, 'shouldUseDarkColors'> {
  shouldUseDarkColors = false;
}
const theme = new HostNativeTheme();
export const nativeTheme = refuseUnknown('nativeTheme', theme);

obey({
  power: ({ event }) => void power.emit(event),
  'system-idle': ({ seconds }) => {
    power.idle = seconds;
  },
  theme: ({ dark }) => {
    theme.shouldUseDarkColors = dark;
    theme.emit('updated');
  },
});
