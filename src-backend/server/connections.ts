/** Every connection is judged once, right after its handshake; what it showed counts for all its requests. */
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import { normalizeIP } from '@fastify/rate-limit';
import {
  type CertifiedPeer,
  handshakeRefusal,
  judgePeer,
  type TlsRefusal,
  type X509Certificate,
} from '../../src-main/core/crypto/tls-server.ts';

/** Connections at a time. The server's own limit is 20,000. */
export type Crowd = {
  /** Of one address, that have shown no certificate (yet). */
  readonly address: number;
  /** Of one workstation; it needs two. */
  readonly device: number;
};
export const defaultCrowd: Crowd = { address: 1_000, device: 32 };

/** Who has one address of IPv6 has 2^64 of them. */
export const addressKey = (address: string | undefined): string => normalizeIP(address ?? '', 64);

/** How many there are of each; who would be too many is not counted. */
class Counts {
  readonly #of = new Map<string, number>();

  add(key: string, most: number): boolean {
    const before = this.#of.get(key) ?? 0;
    if (before >= most) return false;
    this.#of.set(key, before + 1);
    return true;
  }

  remove(key: string): void {
    const left = (this.#of.get(key) ?? 0) - 1;
    if (left > 0) this.#of.set(key, left);
    else this.#of.delete(key);
  }
}

export type Connections = {
  /** Whose certificate a connection showed; null: none; undefined: not a connection of ours. */
  peerOf(socket: Socket): CertifiedPeer | null | undefined;
  /** Ends all that are open. */
  endAll(): void;
};

export function watchConnections(
  server: Server,
  rules: {
    readonly authority: X509Certificate;
    readonly longestDays: number;
    readonly now: () => number;
    readonly crowd: Crowd;
  },
  told: {
    readonly refused: (reason: TlsRefusal | 'too-many-connections', socket: Socket) => void;
    readonly open: (change: 1 | -1) => void;
  },
): Connections {
  const peers = new WeakMap<Socket, CertifiedPeer | null>();
  const open = new Set<Socket>();
  const strangers = new Counts();
  const devices = new Counts();
  /** Connections that count as a stranger's, by both ends' names: TLS is another socket than what it runs over. */
  const strange = new Map<string, string>();
  const endOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
  const known = (end: string): void => {
    const address = strange.get(end);
    if (address !== undefined && strange.delete(end)) strangers.remove(address);
  };
  server.prependListener('connection', (socket: Socket) => {
    const end = endOf(socket);
    const address = addressKey(socket.remoteAddress);
    // Gone already, or one too many.
    if (socket.remoteAddress === undefined || !strangers.add(address, rules.crowd.address)) {
      told.refused('too-many-connections', socket);
      socket.destroy();
      return;
    }
    strange.set(end, address);
    socket.once('close', () => known(end));
  });
  // Before HTTP sees it.
  server.prependListener('secureConnection', (socket: Socket) => {
    const verdict = judgePeer(socket, { ...rules, now: rules.now() });
    if (verdict.kind === 'refused') {
      told.refused(verdict.reason, socket);
      socket.destroy();
      return;
    }
    if (verdict.kind === 'certified') {
      const device = `${verdict.peer.tenant}/${verdict.peer.device}`;
      if (!devices.add(device, rules.crowd.device)) {
        told.refused('too-many-connections', socket);
        socket.destroy();
        return;
      }
      socket.once('close', () => devices.remove(device));
      known(endOf(socket));
    }
    peers.set(socket, verdict.kind === 'certified' ? verdict.peer : null);
    open.add(socket);
    // Each request that is under way on it wants to hear of its end.
    socket.setMaxListeners(0);
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
