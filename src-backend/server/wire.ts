/** LISTEN and NOTIFY on one connection of its own, taken up again when it is lost. */
import pg from 'pg';
import type { Connection } from '../store/connection.ts';
import type { Wire } from './changes.ts';

const channel = 'carekeep_changes';
const againMs = 2_000;

export type OpenWire = Wire & { close(): Promise<void> };

/** @param lost told of each time the connection went away */
export async function openWire(to: Connection, lost: (error: unknown) => void): Promise<OpenWire> {
  const listeners = new Set<(payload: string) => void>();
  let client: pg.Client | null = null;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      host: to.host,
      port: to.port,
      user: to.user,
      password: to.password,
      database: to.database,
      ssl: typeof to.tls === 'object' ? { ca: to.tls.ca } : (to.tls ?? false),
      application_name: 'carekeep changes',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    next.on('notification', ({ payload }) => {
      for (const listener of listeners) listener(payload ?? '');
    });
    // Without a listener the error would end the process; `end` follows and says it.
    next.on('error', () => undefined);
    next.on('end', () => {
      if (client === next) again(new Error('the connection ended'));
    });
    await next.connect();
    await next.query(`listen ${channel}`);
    if (closed) await next.end();
    else client = next;
  };
  const again = (error: unknown): void => {
    client = null;
    if (closed) return;
    lost(error);
    timer = setTimeout(() => void connect().catch(again), againMs);
    timer.unref();
  };

  await connect();
  return {
    tell: (payload) => {
      // Lost with the connection: who waits asks again by itself.
      client?.query('select pg_notify($1, $2)', [channel, payload]).catch(() => undefined);
    },
    onTold: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await client?.end();
    },
  };
}
