/** Unlocking with two hundred users in the key file and as many entries in the roster, beside Argon2id alone. */

import { generateEd25519 } from '../../../src-main/core/crypto/ed25519.ts';
import { passwordKey } from '../../../src-main/core/crypto/kdf.ts';
import { randomBytes, randomUuid } from '../../../src-main/core/crypto/random.ts';
import { generateX25519 } from '../../../src-main/core/crypto/x25519.ts';
import { systemClock } from '../../../src-main/core/vault/clock.ts';
import { realDisk } from '../../../src-main/core/vault/disk.ts';
import type { KeyFilePayload, UserRecord } from '../../../src-main/core/vault/key-file-payload.ts';
import { openKeychain } from '../../../src-main/core/vault/keychain.ts';
import { OpenKeyFile } from '../../../src-main/core/vault/open-key-file.ts';
import { changed } from '../../../src-main/core/vault/people.ts';
import type { VaultSession } from '../../../src-main/core/vault/session.ts';
import { examine } from '../../../src-main/core/vault/start-state.ts';
import { openVault } from '../../../src-main/core/vault/vault.ts';
import { person } from '../../faults/core/clinic.ts';
import type { Bench } from '../figure.ts';
import { openDesk } from '../headless.ts';
import { median, percentile, timedAsync } from '../measure.ts';

const users = 200;
const rounds = 20;
const allowed = 150;

/** A colleague: keys of their own, and wraps as long as real ones. Nobody signs in with them here. */
function colleague(like: UserRecord, number: number): UserRecord {
  const ed25519 = generateEd25519(randomBytes).publicKey.toString('base64');
  const x25519 = generateX25519(randomBytes).publicKey.toString('base64');
  return {
    ...like,
    id: randomUuid(),
    userName: `colleague.${number}`,
    displayName: `Colleague Number ${number}`,
    roles: ['practitioner'],
    ed25519: { ...like.ed25519, public: ed25519 },
    x25519: { ...like.x25519, public: x25519 },
  };
}

/** One roster entry for each, signed by the admin; everything shared is sealed to all. */
function withColleagues(before: KeyFilePayload, session: VaultSession, count: number): KeyFilePayload {
  let payload = before;
  const [like] = payload.users;
  if (like === undefined) throw new Error('a clinic of nobody');
  for (let number = payload.users.length; number < count; number += 1) {
    const user = colleague(like, number);
    const { id: userId, userName, displayName, roles } = user;
    const keys = { ed25519: user.ed25519.public, x25519: user.x25519.public };
    const change = { kind: 'user-added' as const, userId, userName, displayName, roles, ...keys };
    const acting = { session, now: Date.now(), random: randomBytes };
    payload = changed(payload, acting, [...payload.users, user], [change]);
  }
  return payload;
}

const bench: Bench = {
  name: 'unlock-200',
  run: async (run) => {
    const desk = await openDesk(run);
    try {
      const count = Math.max(10, Math.round(users * run.scale));
      const keychain = openKeychain();
      const vault = await openVault({ profileDir: desk.profile, keychain });
      const session = await vault.signIn(person.userName, Buffer.from(person.password));
      const examined = await examine(realDisk, keychain, desk.profile);
      if (!('payload' in examined)) throw new Error(`the clinic is ${examined.state}`);
      run.say(`writes ${count} users into the key file`);
      const place = { disk: realDisk, profileDir: desk.profile, random: randomBytes, clock: systemClock };
      new OpenKeyFile(place, examined).commit(withColleagues(examined.payload, session, count));
      session.close();
      vault.close();
      const cost = examined.payload.passwordCost;
      const salt = Buffer.alloc(16, 7);
      const core = await desk.start();
      // The core waits warm behind the sign-in screen. The first sign-in also opens the database.
      const alone: number[] = [];
      const whole: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        alone.push(await timedAsync(() => passwordKey(Buffer.from(person.password), salt, cost)));
        whole.push(await timedAsync(() => core.call('sessions.signIn', person)));
      }
      await core.close();
      const starting: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        starting.push(await timedAsync(async () => (await openVault({ profileDir: desk.profile, keychain })).close()));
      }
      const more = percentile(whole, 0.95) - percentile(alone, 0.95);
      return [
        {
          name: `unlock with ${count} users, p95`,
          value: percentile(whole, 0.95),
          unit: 'ms',
          samples: rounds,
          limit: {
            name: 'Argon2id alone, p95',
            value: percentile(alone, 0.95),
            ratio: percentile(alone, 0.95) / percentile(whole, 0.95),
          },
          bound: { text: `≤ Argon2id + ${allowed} ms`, holds: more <= allowed },
          note: `p50: ${Math.round(median(whole))} ms, Argon2id alone ${Math.round(median(alone))} ms.`,
        },
        {
          name: `key file of ${count} users looked at from disk and keychain, roster verified, p50`,
          value: median(starting),
          unit: 'ms',
          samples: starting.length,
        },
      ];
    } finally {
      await desk.stop();
    }
  },
};
export default bench;
