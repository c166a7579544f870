/** What a test or the demonstration and the host say to each other over Node's channel. */
export type HostReport =
  | { readonly kind: 'browser'; readonly endpoint: string; readonly folder: string }
  | { readonly kind: 'window'; readonly target: string }
  | { readonly kind: 'utility'; readonly service: string; readonly pid: number }
  | { readonly kind: 'dialog'; readonly title: string; readonly paths: readonly string[] }
  /** The application wants to be started again once it has ended. */
  | { readonly kind: 'relaunch'; readonly path: string | null }
  | { readonly kind: 'error-box'; readonly title: string; readonly text: string }
  | { readonly kind: 'question'; readonly message: string; readonly buttons: readonly string[] }
  | { readonly kind: 'opened'; readonly url: string }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown };

export type HostCommand =
  | { readonly command: 'answer-dialogs'; readonly answers: readonly (readonly string[])[] }
  | { readonly command: 'power'; readonly event: 'suspend' | 'resume' | 'lock-screen' | 'unlock-screen' }
  | { readonly command: 'system-idle'; readonly seconds: number }
  | { readonly command: 'theme'; readonly dark: boolean }
  | { readonly command: 'ask-permission'; readonly permission: string }
  | { readonly command: 'renderer-processes' }
  /** Everything main set: see settings.ts. */
  | { readonly command: 'settings' }
  /** An address as a page would ask for it: main's rules, then the handler of its scheme. */
  | { readonly command: 'serve'; readonly address: string }
  /** Types on the system's clipboard. */
  | { readonly command: 'clipboard-types' }
  /** The button of the next question of main's own. */
  | { readonly command: 'answer-question'; readonly button: number }
  /** The shown window's process dies, or stops answering. */
  | { readonly command: 'break-screen'; readonly how: 'crash' | 'hang' | 'answer' }
  /** An event of `app` with one callback, as Chromium would ask; what was answered. */
  | { readonly command: 'ask-app'; readonly event: 'certificate-error' | 'select-client-certificate' | 'login' }
  | { readonly command: 'quit' };
export type NumberedCommand = { readonly id: number; readonly command: HostCommand };
