/** What a line says of the machine: versions and kinds, never a name. */
import { release } from 'node:os';
import type { FieldsOf } from './events.ts';

export type Machine = FieldsOf<'started'>;

/** Numbers of a version, whatever a distribution writes after them. */
const numbers = (text: string | undefined): string | undefined => /^\d{1,5}(?:\.\d{1,5}){0,3}/.exec(text ?? '')?.[0];

/** @param version of the application */
export function machineOf(version: string): Machine {
  const { electron, chrome, node } = process.versions;
  return {
    version,
    electron: numbers(electron),
    chrome: numbers(chrome),
    node: numbers(node),
    platform: process.platform,
    arch: process.arch,
    system: numbers(release()),
  };
}
