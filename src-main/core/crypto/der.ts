/**
 * What node:crypto does not tell of a certificate: its key usage and by which algorithm it is signed (X.690 DER,
 * RFC 5280 §4). Reads only; whether the signature holds is asked elsewhere.
 */

type Node = { readonly tag: number; readonly body: Buffer };

/** What is no DER of the definite form throws RangeError. */
function nodeAt(bytes: Buffer, at: number): { readonly node: Node; readonly next: number } {
  const tag = bytes.readUInt8(at);
  const short = bytes.readUInt8(at + 1);
  const wide = short < 0x80 ? 0 : short & 0x7f;
  if (short === 0x80 || wide > 4) throw new RangeError('not DER');
  const length = wide === 0 ? short : bytes.readUIntBE(at + 2, wide);
  const start = at + 2 + wide;
  if (start + length > bytes.length) throw new RangeError('DER ends too early');
  return { node: { tag, body: bytes.subarray(start, start + length) }, next: start + length };
}

function children(body: Buffer): readonly Node[] {
  const found: Node[] = [];
  for (let at = 0; at < body.length; ) {
    const { node, next } = nodeAt(body, at);
    found.push(node);
    at = next;
  }
  return found;
}

const sequence = 0x30;
const objectId = 0x06;
const octets = 0x04;
const bitString = 0x03;
/** [3] of a tbsCertificate. */
const extensionsTag = 0xa3;

const keyUsage = Buffer.from('551d0f', 'hex');
const extendedKeyUsage = Buffer.from('551d25', 'hex');
const serverAuth = Buffer.from('2b06010505070301', 'hex');
const clientAuth = Buffer.from('2b06010505070302', 'hex');
const ecdsaWithSha256 = Buffer.from('2a8648ce3d040302', 'hex');

function demand(node: Node | undefined, tag: number): Node {
  if (node?.tag !== tag) throw new RangeError('not the certificate that X.509 describes');
  return node;
}

export type CertificateUses = {
  /** KeyUsage is there and names it. */
  readonly digitalSignature: boolean;
  readonly serverAuth: boolean;
  readonly clientAuth: boolean;
  readonly ecdsaSha256: boolean;
};

/** @throws RangeError for what is no certificate */
export function certificateUses(der: Buffer): CertificateUses {
  const [tbs, algorithm] = children(demand(nodeAt(der, 0).node, sequence).body);
  const extensions = children(demand(tbs, sequence).body).find(({ tag }) => tag === extensionsTag);
  const list = extensions === undefined ? [] : children(demand(children(extensions.body)[0], sequence).body);
  const value = (id: Buffer): Node | undefined => {
    for (const one of list) {
      const parts = children(demand(one, sequence).body);
      if (demand(parts[0], objectId).body.equals(id)) return nodeAt(demand(parts.at(-1), octets).body, 0).node;
    }
    return undefined;
  };
  const bits = value(keyUsage);
  const purposes = value(extendedKeyUsage);
  const ids = purposes === undefined ? [] : children(demand(purposes, sequence).body).map(({ body }) => body);
  const signedBy = demand(children(demand(algorithm, sequence).body)[0], objectId).body;
  return {
    // Bit 0 is the highest of the first byte; the byte before says how many at the end do not count.
    digitalSignature: bits !== undefined && ((demand(bits, bitString).body[1] ?? 0) & 0x80) !== 0,
    serverAuth: ids.some((id) => id.equals(serverAuth)),
    clientAuth: ids.some((id) => id.equals(clientAuth)),
    ecdsaSha256: signedBy.equals(ecdsaWithSha256),
  };
}
