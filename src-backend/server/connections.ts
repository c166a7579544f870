/** Every connection is judged once, right after its handshake; what it showed counts for all its requests. */
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import {
  type CertifiedPeer,
  handshakeRefusal,
  judgePeer,
  type TlsRefusal,
  type X509Certificate,
} from '../../src-main/core/crypto/tls-server.ts';

export type Connections = {
  /** Whose certificate a connection showed; null: none; undefined: not a connection of ours. */
  peerOf(socket: Socket): CertifiedPeer | null | undefined;
  /** Ends all that are open. */
  endAll(): void;
};

export function watchConnections(
  server: Server,
  rules: { readonly authority: X509Certificate; readonly longestDays: number; readonly now: () => number },
  told: {
    readonly refused: (reason: TlsRefusal, socket: Socket) => void;
    readonly open: (change: 1 | -1) => void;
  },
): Connections {
  const peers = new WeakMap<Socket, CertifiedPeer | null>();
  const open = new Set<Socket>();
  // Before HTTP sees it.
  server.prependListener('secureConnection', (socket: Socket) => {
    const verdict = judgePeer(socket, { ...rules, now: rules.now() });
    if (verdict.kind === 'refused') {
      told.refused(verdict.reason, socket);
      socket.destroy();
      return;
    }
    peers.set(socket, verdict.kind === 'certified' ? verdict.peer : null);
    open.add(socket);
    told.open(1);
    socket.once('close', () => {
      open.delete(socket);
      told.open(-1);
    });
  });
  server.on('tlsClientError', (error: unknown, socket: Socket) => {
    told.refused(handshakeRefusal(error), socket);
    socket.destroy();
  });
  return {
    peerOf: (socket) => peers.get(socket),
    endAll: () => {
      for (const socket of open) socket.destroy();
    },
  };
}
