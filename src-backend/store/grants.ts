/** What the service's role may do, table by table: granted at each start by the owner, demanded at each start of the service. */

type Verb = 'select' | 'insert' | 'update' | 'delete';
/** Columns where only some may be updated. */
type Grant = { readonly verbs: readonly Verb[]; readonly update?: readonly string[] };

/** No table is ever altered, truncated or referenced by the service; the log cannot be rewritten by it. */
export const grants = {
  tenant: {
    verbs: ['select'],
    update: ['clinic', 'used', 'size', 'frontier', 'head', 'slots', 'devices', 'directory'],
  },
  token: { verbs: ['select'], update: ['used_at'] },
  nonce: { verbs: ['select', 'insert'] },
  device: {
    verbs: ['select', 'insert'],
    update: ['ed25519', 'spki', 'revoked_at', 'revoked_by', 'last_contact', 'software'],
  },
  chain: { verbs: ['select', 'insert'], update: ['next', 'hash'] },
  certificate: { verbs: ['select', 'insert'] },
  batch: { verbs: ['select', 'insert'] },
  slot: { verbs: ['select', 'insert'], update: ['epoch', 'body', 'change'] },
  directory: { verbs: ['select', 'insert'], update: ['bytes'] },
  chunk: { verbs: ['select', 'insert', 'delete'] },
  mailbox: { verbs: ['select', 'insert', 'delete'], update: ['request', 'welcome'] },
  witness: { verbs: ['select', 'insert'], update: ['number', 'size', 'hash', 'next', 'root'] },
  migration: { verbs: ['select'] },
} as const satisfies Record<string, Grant>;

export const tables: readonly (readonly [string, Grant])[] = Object.entries(grants);

/** The one function, which removes what is over. */
export const functions: readonly string[] = ['sweep'];

/** @param service the role's name, quoted */
export function grantStatements(service: string): readonly string[] {
  return [
    'revoke all on schema carekeep from public',
    `revoke all on schema carekeep from ${service}`,
    `grant usage on schema carekeep to ${service}`,
    `revoke all on all tables in schema carekeep from public, ${service}`,
    `revoke all on all functions in schema carekeep from public, ${service}`,
    ...tables.flatMap(([table, { verbs, update }]) => [
      `grant ${verbs.join(', ')} on carekeep.${table} to ${service}`,
      ...(update === undefined ? [] : [`grant update (${update.join(', ')}) on carekeep.${table} to ${service}`]),
    ]),
    ...functions.map((name) => `grant execute on function carekeep.${name}() to ${service}`),
  ];
}
