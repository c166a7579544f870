/** What the host and its utility processes say to each other over Node's own channel (serialization 'advanced'). */
export type UtilityMessage =
  | { readonly host: 'message'; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly host: 'port'; readonly port: number; readonly data: unknown }
  | { readonly host: 'port-closed'; readonly port: number };

export function isUtilityMessage(value: unknown): value is UtilityMessage {
  return typeof value === 'object' && value !== null && 'host' in value && typeof value.host === 'string';
}
