/** What main set, as it was really given: tests of the shell read it through the control channel. */
import type { CustomScheme } from 'electron';
import { obey } from './control.ts';

export type Settings = {
  /** Every window's preferences and whether it is kept out of screenshots, newest last. */
  readonly windows: { readonly preferences: Record<string, unknown>; protected: boolean }[];
  readonly schemes: CustomScheme[];
  readonly switches: string[];
  /** `app.enableSandbox` was called: every renderer there will be. */
  sandboxed: boolean;
  /** By session, newest last. */
  readonly sessions: { readonly partition: string; readonly set: Record<string, unknown> }[];
  /** What of `app` main listens to. */
  events: string[];
  /** By web contents, newest last: events listened to, and policies set. */
  readonly contents: { readonly events: () => string[]; readonly set: Record<string, unknown> }[];
};

export const settings: Settings = {
  windows: [],
  schemes: [],
  switches: [],
  sandboxed: false,
  sessions: [],
  events: [],
  contents: [],
};

/** As JSON: functions and sessions are named, not sent. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, one: unknown) => (typeof one === 'function' ? 'a function' : one)) ?? 'null',
  );
}

obey({
  settings: () =>
    plain({
      ...settings,
      contents: settings.contents.map(({ events, set }) => ({ events: events(), set })),
    }),
});
