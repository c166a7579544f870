/** The server's own certificate: made anew at every start and from half its life on, with a new key, kept in memory alone. */
import { type AuthorityKeys, issueServerCertificate } from '../../src-main/core/crypto/certificate-issuing.ts';
import { generateTlsKey } from '../../src-main/core/crypto/p256.ts';
import { serverIdentity } from '../../src-main/core/crypto/tls-server.ts';

export const serverCertificateDays = 30;
const lookEveryMs = 3_600_000;

export type ServerCertificate = { readonly context: ReturnType<typeof serverIdentity>; readonly renewAt: number };

/** With the authority's certificate behind it, as workstations that enrol need it. */
export async function makeServerCertificate(
  authority: AuthorityKeys,
  names: readonly string[],
  now: number,
): Promise<ServerCertificate> {
  const key = generateTlsKey();
  const issued = await issueServerCertificate(
    authority,
    { names, spki: key.spki },
    { now, days: serverCertificateDays },
  );
  const context = serverIdentity(`${issued.pem}${authority.pem}`, key, authority.pem);
  return { context, renewAt: issued.notBefore + (issued.notAfter - issued.notBefore) / 2 };
}

/** Renews by itself while the server runs; a connection that is open goes on. @returns stops it */
export function keepRenewed(
  first: ServerCertificate,
  make: () => Promise<ServerCertificate>,
  {
    show,
    failed,
    now,
  }: {
    readonly show: (context: ServerCertificate['context']) => void;
    readonly failed: (error: unknown) => void;
    readonly now: () => number;
  },
): () => void {
  let current = first;
  const look = async (): Promise<void> => {
    if (now() < current.renewAt) return;
    try {
      current = await make();
      show(current.context);
    } catch (error) {
      // The old one serves for two weeks more, and the next look tries again.
      failed(error);
    }
  };
  const timer = setInterval(() => void look(), lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
