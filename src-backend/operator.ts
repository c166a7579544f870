/** What an operator does with clinics: in the running server's process, and from the command line beside it. */
import { randomBytes, randomUuid } from '../src-main/core/crypto/random.ts';
import { tokenHash } from './server/routes/certificates.ts';
import type { OperatorStore } from './store/types.ts';

/** 50 GiB: a clinic's record with its documents for some years. */
export const defaultQuota = 50 * 1024 ** 3;

export type NewClinic = { readonly tenant: string; readonly token: string };
export type Operator = {
  /** A clinic and its one-time token, which nobody can see again. @param quota bytes */
  create(quota?: number): Promise<NewClinic>;
  /** Another one-time token. @throws Refused not-found */
  token(tenant: string): Promise<string>;
  readonly store: OperatorStore;
};

export function operatorOf(store: OperatorStore, now: () => number): Operator {
  const addToken = async (tenant: string): Promise<string> => {
    const token = newToken();
    await store.addToken(tenant, tokenHash(token), now());
    return token;
  };
  return {
    store,
    create: async (quota = defaultQuota) => {
      const tenant = randomUuid();
      await store.create(tenant, quota, now());
      return { tenant, token: await addToken(tenant) };
    },
    token: addToken,
  };
}

/** Crockford's base 32: no I, L, O, U that are mistaken for something else. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 160 random bits in eight groups of four, for people to type. */
function newToken(): string {
  const drawn = [...randomBytes(32)].map((byte) => letters.charAt(byte % 32)).join('');
  return drawn.replaceAll(/.{4}(?!$)/g, '$&-');
}
