/** Menu: kept, never drawn. */
import type { MenuItemConstructorOptions } from 'electron';
import { refuseUnknown } from './refuse.ts';

class HostMenu {
  readonly template: readonly MenuItemConstructorOptions[];
  constructor(template: readonly MenuItemConstructorOptions[]) {
    this.template = template;
  }
}

export const Menu = refuseUnknown('Menu', {
  setApplicationMenu(_menu: HostMenu | null): void {},
  buildFromTemplate(template: readonly MenuItemConstructorOptions[]): HostMenu {
    return refuseUnknown('Menu', new HostMenu(template));
  },
});
