/** What a test or the demonstration and the host say to each other over Node's channel. */
export type HostReport =
  | { readonly kind: 'browser'; readonly endpoint: string; readonly folder: string }
  | { readonly kind: 'window'; readonly target: string }
  | { readonly kind: 'utility'; readonly service: string; readonly pid: number }
  | { readonly kind: 'dialog'; readonly title: string; readonly paths: readonly string[] }
  | { readonly kind: 'error-box'; readonly title: string; readonly text: string }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown };

export type HostCommand =
  | { readonly command: 'answer-dialogs'; readonly answers: readonly (readonly string[])[] }
  | { readonly command: 'power'; readonly event: 'suspend' | 'resume' | 'lock-screen' | 'unlock-screen' }
  | { readonly command: 'system-idle'; readonly seconds: number }
  | { readonly command: 'theme'; readonly dark: boolean }
  | { readonly command: 'ask-permission'; readonly permission: string }
  | { readonly command: 'renderer-processes' }
  | { readonly command: 'quit' };
export type NumberedCommand = { readonly id: number; readonly command: HostCommand };
