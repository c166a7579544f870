/**
 * Structured logs. What may stand in a line is a closed list of fields, picked where the line is written: whoever logs
 * a request, an error or a body by mistake logs nothing of it. No messages, no values of queries, no tokens.
 */
import type { FastifyServerOptions } from 'fastify';

/** `address` only where the operator asked for it. */
const allowed = [
  'event', // what happened, a code
  'reason', // why, a code
  'method',
  'route', // as declared, with the names of its parameters and not their values
  'status',
  'code', // of the protocol's errors, or PostgreSQL's
  'milliseconds',
  'bytes',
  'tenant',
  'device',
  'name', // class of an error, or name of a setting
  'at', // place in our code
  'port',
] as const;
export type LogFields = Partial<Record<(typeof allowed)[number] | 'address', string | number>>;

export type Says = (level: 'info' | 'warn' | 'error', fields: LogFields & { readonly event: string }) => void;

/** Where lines go; `null`: nowhere. */
export type LogSink = { write(line: string): void };

function picked(given: unknown, withAddresses: boolean): Record<string, string | number> {
  const out: Record<string, string | number> = {};
  if (typeof given !== 'object' || given === null) return out;
  const entries = new Map<string, unknown>(Object.entries(given));
  for (const field of withAddresses ? [...allowed, 'address'] : allowed) {
    const value = entries.get(field);
    if (typeof value === 'number' || (typeof value === 'string' && value.length <= 200)) out[field] = value;
  }
  return out;
}

/** Pino as Fastify makes it, with the list in front of it. */
export function loggerOptions(
  sink: LogSink,
  { addresses }: { readonly addresses: boolean },
): Exclude<FastifyServerOptions['logger'], boolean | undefined> {
  return {
    level: 'info',
    stream: sink,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    hooks: {
      logMethod(given, method) {
        const fields = picked(given[0], addresses);
        // Fastify's own lines say nothing that the operator needs.
        if (fields['event'] !== undefined) method.apply(this, [fields]);
      },
    },
  };
}

/** Class, code and place of what was thrown; its message may hold anything and is left out. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { name: 'not an error' };
  const at = /((?:src-backend|src-main|src-shared)\/[A-Za-z0-9/._-]+:\d+)/.exec(error.stack ?? '')?.[1];
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name: error.name, ...(code !== undefined && { code }), ...(at !== undefined && { at }) };
}
