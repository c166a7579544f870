/** Prometheus metrics: counts by route, code and reason. No label says who. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** @param pool how many connections to PostgreSQL there are, idle ones and callers that wait for one */
export function createMetrics(pool: () => { readonly total: number; readonly idle: number; readonly waiting: number }) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'carekeep_pool_connections',
    help: 'Connections to PostgreSQL.',
    labelNames: ['state'],
    registers,
    collect() {
      const { total, idle, waiting } = pool();
      this.set({ state: 'total' }, total);
      this.set({ state: 'idle' }, idle);
      this.set({ state: 'waiting' }, waiting);
    },
  });
  return {
    registry,
    requests: new Counter({
      name: 'carekeep_requests_total',
      help: 'Requests answered.',
      labelNames: ['method', 'route', 'status', 'code'],
      registers,
    }),
    seconds: new Histogram({
      name: 'carekeep_request_seconds',
      help: 'Time to answer; the long poll of /v1/state left out.',
      labelNames: ['method', 'route'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    tlsRefusals: new Counter({
      name: 'carekeep_tls_refusals_total',
      help: 'Connections ended for what they showed in the handshake.',
      labelNames: ['reason'],
      registers,
    }),
    connections: new Gauge({ name: 'carekeep_connections', help: 'Open connections.', registers }),
    batches: new Counter({ name: 'carekeep_batches_total', help: 'Batches stored or answered again.', registers }),
    batchBytes: new Counter({ name: 'carekeep_batch_bytes_total', help: 'Bytes of those batches.', registers }),
    sentBytes: new Counter({ name: 'carekeep_pulled_bytes_total', help: 'Bytes of batches sent.', registers }),
    longPolls: new Gauge({ name: 'carekeep_long_polls', help: 'Workstations waiting at /v1/state.', registers }),
  };
}
