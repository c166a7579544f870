/** The host's end of the channel to whoever started it; without one the host is simply an application. */
import type { HostCommand, HostReport, NumberedCommand } from './control-wire.ts';

export const controlled = process.send !== undefined;

export function report(message: HostReport): void {
  if (process.connected) process.send?.(message);
}

type Commands = { readonly [C in HostCommand['command']]?: (command: HostCommand & { command: C }) => unknown };
const handlers = new Map<string, (command: never) => unknown>();

/** Each part of the host answers its own commands. */
export function obey(commands: Commands): void {
  for (const [name, handler] of Object.entries(commands)) handlers.set(name, handler);
}

function isCommand(value: unknown): value is NumberedCommand {
  return typeof value === 'object' && value !== null && 'id' in value && 'command' in value;
}

if (controlled) {
  process.on('message', async (message) => {
    if (!isCommand(message)) return;
    const handler = handlers.get(message.command.command);
    const value: unknown =
      handler === undefined ? undefined : await Reflect.apply(handler, undefined, [message.command]);
    report({ kind: 'answer', id: message.id, value: value ?? null });
  });
}
