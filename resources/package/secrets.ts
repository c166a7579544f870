/** What would be a disaster in a package: a private key, or a beginning of updates that is none. Pure. */
import { Metadata, MetadataKind } from '@tufjs/models';
import { parseMetadata } from '../../src-main/update/parse.ts';

/** With letters behind the heading: code that reads such files may name it. */
const privateKey = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\s|\\[rn])*[A-Za-z0-9+/]{16}/;
const releaseKey = /"format"\s*:\s*"carekeep-release-key"/;

/** Does a file hold a private key, of a server or of the signers? */
export function holdsPrivateKey(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  return privateKey.test(text) || releaseKey.test(text);
}

/** What is wrong with the root.json that a package's updates begin from: the client's own reading, and who must sign. */
export function anchorFault(bytes: Buffer): string | null {
  try {
    const { roles } = parseMetadata('root', bytes).signed;
    const root = Metadata.fromJSON(MetadataKind.Root, JSON.parse(bytes.toString('utf8')));
    root.verifyDelegate('root', root);
    if (roles.root.threshold < 2 || roles.targets.threshold < 2) return 'is a root by which one key alone decides';
    return null;
  } catch {
    return 'is no root that its own keys have signed';
  }
}
