/** The contract: every procedure there is, by capability. Names are `capability.procedure`. */
import type { z } from 'zod';
import { access } from './access.ts';
import { accessReports, auditEventExport } from './access-report.ts';
import { app, recovery, settings, setup } from './app.ts';
import { audit } from './audit.ts';
import { auditBundle } from './audit-export.ts';
import { backend, enrolment } from './backend.ts';
import { chart, notes, snippets } from './chart.ts';
import { devices } from './devices.ts';
import { diagnostics } from './diagnostics.ts';
import { exports, imports } from './exchange.ts';
import { keys } from './keys.ts';
import { logServer } from './log-server.ts';
import { patients } from './patients.ts';
import { sessions, users } from './people.ts';
import { policies } from './policies.ts';
import type { Procedure } from './procedure.ts';
import { requests } from './requests.ts';
import { retention } from './retention.ts';
import { reviews } from './reviews.ts';
import { roles } from './roles.ts';
import { roster } from './roster.ts';
import { conflicts, sync } from './sync.ts';
import { updates } from './updates.ts';

export const contract = {
  app,
  setup,
  recovery,
  settings,
  sessions,
  users,
  roles,
  keys,
  patients,
  chart,
  notes,
  snippets,
  imports,
  exports,
  audit,
  accessReports,
  auditEventExport,
  auditBundle,
  logServer,
  reviews,
  requests,
  retention,
  roster,
  devices,
  diagnostics,
  backend,
  enrolment,
  access,
  conflicts,
  sync,
  policies,
  updates,
} as const;

export type Contract = typeof contract;
export type CapabilityName = keyof Contract;

/** `patients.search` and the like. */
export type ProcedureName = {
  [C in CapabilityName]: `${C}.${Extract<keyof Contract[C], string>}`;
}[CapabilityName];

export type ProcedureOf<N extends ProcedureName> = N extends `${infer C}.${infer P}`
  ? C extends CapabilityName
    ? P extends keyof Contract[C]
      ? Contract[C][P] extends Procedure
        ? Contract[C][P]
        : never
      : never
    : never
  : never;
/** What a caller passes, before defaults and trimming. */
export type CallInput<N extends ProcedureName> = z.input<ProcedureOf<N>['input']>;
/** What a handler gets. */
export type HandlerInput<N extends ProcedureName> = z.output<ProcedureOf<N>['input']>;
export type Output<N extends ProcedureName> = z.output<ProcedureOf<N>['output']>;

const table: ReadonlyMap<string, Procedure> = new Map(
  Object.entries(contract).flatMap(([capability, procedures]) =>
    Object.entries<Procedure>(procedures).map(([name, procedure]) => [`${capability}.${name}`, procedure] as const),
  ),
);

/** All procedures in declaration order. */
export const procedures: ReadonlyMap<string, Procedure> = table;

export function isProcedureName(name: string): name is ProcedureName {
  return table.has(name);
}
