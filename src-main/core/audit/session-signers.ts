/**
 * Sessions sign their own entries at each checkpoint, with a key that the user's key certified at sign-in. The keys live
 * here and nowhere else; a session that ended keeps its key until the next checkpoint has been taken.
 */
import { z } from 'zod';
import { canonicalJson } from '../crypto/canonical.ts';
import { generateEd25519, sign } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import { wipe } from '../crypto/wipe.ts';
import type { Store } from '../store/open.ts';
import { withTransaction } from '../store/transaction.ts';
import { type Action, actionBytes, type SignedAction } from './checkpoint-note.ts';
import { writeCertificate } from './checkpoint-store.ts';
import { certificateBytes, certificateHash, type SessionCertificate } from './session-certificate.ts';

/** The user's own key, which never leaves the vault's session. */
export interface SessionUser {
  readonly userId: string;
  sign(message: Uint8Array): Buffer;
}

type Signer = { readonly certificate: string; readonly privateKey: Buffer; ended: boolean };

/** Only who an entry is by; the bytes are this process's own of a moment ago. */
const agentOf = z.object({ agent: z.object({ session: z.string().nullable() }) });

export class SessionSigners {
  readonly #signers = new Map<string, Signer>();

  /** Certifies a session's key and keeps it. */
  begin(
    store: Store,
    origin: string,
    session: { readonly id: string; readonly keys: SessionUser },
    { at, roster }: { readonly at: number; readonly roster: number },
  ): void {
    if (this.#signers.has(session.id)) return;
    const { publicKey, privateKey } = generateEd25519(store.random);
    const certificate: SessionCertificate = {
      version: 1,
      origin,
      session: session.id,
      user: session.keys.userId,
      publicKey: publicKey.toString('base64'),
      at,
      roster,
    };
    const signature = session.keys.sign(certificateBytes(certificate));
    withTransaction(store, () =>
      writeCertificate(store, { id: session.id, certificate: canonicalJson(certificate), signature }),
    );
    this.#signers.set(session.id, { certificate: certificateHash(certificate), privateKey, ended: false });
  }

  /** The session is over: its key goes once its last entries are signed. */
  end(session: string): void {
    const signer = this.#signers.get(session);
    if (signer !== undefined) signer.ended = true;
  }

  /**
   * Signs what each session did among these entries, in order of session id.
   * @param of the checkpoint: from where it goes on, how far, and its `headHash`
   */
  sign(
    origin: string,
    of: { readonly from: number; readonly to: number; readonly head: Buffer },
    entries: readonly { readonly entry: Buffer }[],
    leaves: readonly Buffer[],
  ): SignedAction[] {
    const { from, to } = of;
    const head = of.head.toString('base64');
    const bySession = new Map<string, Buffer[]>();
    for (const [at, { entry }] of entries.entries()) {
      const { session } = agentOf.parse(JSON.parse(entry.toString('utf8', 1))).agent;
      const leaf = leaves[at];
      if (session === null || leaf === undefined || !this.#signers.has(session)) continue;
      const own = bySession.get(session);
      if (own === undefined) bySession.set(session, [leaf]);
      else own.push(leaf);
    }
    return [...bySession.keys()].sort().flatMap((session) => {
      const signer = this.#signers.get(session);
      const own = bySession.get(session) ?? [];
      if (signer === undefined) return [];
      const action: Action = {
        certificate: signer.certificate,
        count: own.length,
        digest: sha256(...own).toString('base64'),
        from,
        head,
        session,
        to,
      };
      return [{ action, signature: sign(signer.privateKey, actionBytes(origin, action)).toString('base64') }];
    });
  }

  /** A checkpoint stands: keys of sessions that are over go. */
  letGo(): void {
    for (const [id, { ended, privateKey }] of this.#signers) {
      if (!ended) continue;
      wipe(privateKey);
      this.#signers.delete(id);
    }
  }

  close(): void {
    for (const { privateKey } of this.#signers.values()) wipe(privateKey);
    this.#signers.clear();
  }
}
