/** Who may open one patient's chart: restriction to named people, and emergency access past it. */
import { z } from 'zod';
import { empty, instant, ok, password, patientId, prose, userId } from './primitives.ts';
import { command, query, task } from './procedure.ts';

/** Why a chart is restricted. Closed: each has its words in the translations (`access.restriction.<reason>`). */
export const restrictionReasons = [
  'patient-asked',
  'works-here', // the patient, or somebody close to them, works in the clinic
  'public-person',
  'protected-person', // somebody must not learn that or where they are treated
  'other',
] as const;
export const restrictionReason = z.enum(restrictionReasons);
export type RestrictionReason = z.infer<typeof restrictionReason>;

/** Why somebody opened a restricted chart all the same. */
export const breakGlassReasons = ['emergency', 'patient-asked', 'covering-colleague', 'other'] as const;
export const breakGlassReason = z.enum(breakGlassReasons);
export type BreakGlassReason = z.infer<typeof breakGlassReason>;

/** How long emergency access lasts, milliseconds. */
export const breakGlassLasts = 60 * 60_000;

const named = z.strictObject({ id: userId, name: z.string() });
const grantId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

export const emergencyAccess = z.strictObject({
  id: z.string(),
  /** Display name of who had it. */
  by: z.string(),
  at: instant,
  until: instant,
  reason: breakGlassReason,
});
export type EmergencyAccess = z.infer<typeof emergencyAccess>;

/** Something that can be seen: the reviewer must find more than spaces. */
const told = prose(1000).pipe(z.string().regex(/[\p{L}\p{N}]/u));

export const access = {
  get: query({
    summary: 'Who may open a chart, and who opened it in an emergency.',
    input: z.strictObject({ patientId }),
    output: z.strictObject({
      patientId,
      restriction: z
        .strictObject({
          reason: restrictionReason,
          by: z.string(),
          at: instant,
          /** Who alone may open the chart. */
          users: z.array(named),
        })
        .nullable(),
      /** Whether this session may open the chart now. */
      open: z.boolean(),
      /** Whether this session may restrict the chart or lift the restriction. */
      mayChange: z.boolean(),
      /** This session's running emergency access. */
      running: z.strictObject({ until: instant, reason: breakGlassReason }).nullable(),
      /** Every emergency access there was, newest first; for who may open the chart or change the restriction. */
      emergencies: z.array(emergencyAccess),
    }),
    needs: ['chart:read', 'break-glass:use', 'patient:restrict'],
    audits: 'access.read',
  }),
  candidates: query({
    summary: 'Active users who may read charts: to whom one can be restricted.',
    input: empty,
    output: z.strictObject({ users: z.array(named) }),
    needs: 'patient:restrict',
    audits: { none: 'names of colleagues, as signed notes show them' },
  }),
  restrict: command({
    summary: "Restrict a patient's chart to named users, or change who they are. Others are refused from now on.",
    input: z.strictObject({
      patientId,
      reason: restrictionReason,
      users: z
        .array(userId)
        .min(1)
        .max(100)
        .refine((users) => new Set(users).size === users.length),
    }),
    output: ok,
    needs: 'patient:restrict',
    audits: 'access.restricted',
  }),
  lift: command({
    summary: 'Lift a restriction: everyone whose role reads charts may open this one again.',
    input: z.strictObject({ patientId }),
    output: ok,
    needs: 'patient:restrict',
    audits: 'access.restriction-lifted',
  }),
  breakGlass: task({
    summary: 'Open one restricted chart for an hour in an emergency: reason, own password; somebody else reviews it.',
    input: z.strictObject({ patientId, reason: breakGlassReason, text: told, password }),
    output: z.strictObject({ until: instant }),
    needs: 'break-glass:use',
    audits: 'break-glass.opened',
  }),
  endBreakGlass: command({
    summary: "End one's own emergency access before its time.",
    input: z.strictObject({ patientId }),
    output: ok,
    needs: 'break-glass:use',
    audits: 'break-glass.ended',
  }),
  reason: query({
    summary: 'What somebody wrote when they opened a chart in an emergency; for who reviews it.',
    input: z.strictObject({ id: grantId }),
    output: z.strictObject({ reason: breakGlassReason, text: z.string() }),
    needs: 'review:read',
    audits: 'break-glass.reason-read',
  }),
};
