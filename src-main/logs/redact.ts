/** The one gate to the log, at the sink: takes anything, lets through what the closed list of events allows. Pure. */
import { type EventName, events, type Level, type Vocabulary } from './events.ts';

type Written = string | number | boolean;
export type Redacted = { readonly level: Level; readonly event: EventName; readonly fields: Record<string, Written> };

function isEvent(name: unknown): name is EventName {
  return typeof name === 'string' && Object.hasOwn(events, name);
}

/** Fields in the order of the list. @returns undefined for an event that is not on it */
export function redact(event: unknown, given: unknown, words: Vocabulary): Redacted | undefined {
  if (!isEvent(event)) return undefined;
  const { level, fields } = events[event];
  const written: Record<string, Written> = {};
  for (const [name, allow] of Object.entries(fields)) {
    const value = allow(ownValue(given, name), words);
    if (value !== undefined) written[name] = value;
  }
  return { level, event, fields: written };
}

/** Own and plain: a getter may throw, and a prototype is not what was logged. */
function ownValue(given: unknown, name: string): unknown {
  if (typeof given !== 'object' || given === null) return undefined;
  return Object.getOwnPropertyDescriptor(given, name)?.value;
}
