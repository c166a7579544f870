/** What an Ed25519 signature under a note covers (docs/protocols/record.md). */
import { sha256 } from './hash.ts';

/** In front of what is signed, so that a signature over a note can never pass for one over something else. */
const domain = 'carekeep/v1/note-signature\n';

/** domain ‖ SHA-256 of the Composition's JSON text as stored. */
export function noteSignatureBytes(json: string): Buffer {
  return Buffer.concat([Buffer.from(domain, 'utf8'), sha256(json)]);
}
