import type { MantineColorScheme, MantineColorSchemeManager } from '@mantine/core';

let chosen: MantineColorScheme | null = null;

/** Light or dark is the user's preference, kept by core with the user: nothing is written into the browser's storage. */
export const colorSchemes: MantineColorSchemeManager = {
  get: (fallback) => chosen ?? fallback,
  set: (scheme) => {
    chosen = scheme;
  },
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => {
    chosen = null;
  },
};
