/** Where a window stands, for the next one to stand there too. */
import type { BrowserWindow, Rectangle } from 'electron';

export type WindowPlace = {
  readonly bounds: Partial<Rectangle>;
  readonly maximized: boolean;
  readonly fullScreen: boolean;
};

export const firstPlace: WindowPlace = { bounds: { width: 1440, height: 900 }, maximized: false, fullScreen: false };

export function placeOf(window: BrowserWindow): WindowPlace {
  return { bounds: window.getNormalBounds(), maximized: window.isMaximized(), fullScreen: window.isFullScreen() };
}
