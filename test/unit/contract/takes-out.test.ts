/** A policy may forbid that anything leaves: no procedure that lets something leave may be forgotten. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { procedures } from '../../../src-shared/contract/index.ts';
import type { Permission } from '../../../src-shared/contract/permissions.ts';

const exporting: ReadonlySet<string> = new Set<Permission>([
  'patient:export',
  'patient:print',
  'patient:export-all',
  'audit:export',
]);
const takingOut = [...procedures].filter(([, { takesOut }]) => takesOut === true).map(([name]) => name);

test('every procedure that saves a file says whether it takes out what is kept about people', () => {
  for (const [name, { output, takesOut }] of procedures) {
    const saves = output instanceof z.ZodObject && Object.hasOwn(output.shape, 'saved');
    if (saves) assert.notEqual(takesOut, undefined, name);
  }
});

test('every procedure whose entry is an export, or whose permission is one, takes out', () => {
  for (const [name, { audits, needs, takesOut }] of procedures) {
    const entry = typeof audits === 'string' && /^(?:export\.|access-report\.made)/.test(audits);
    // a stop lets nothing leave
    const permission = typeof needs === 'string' && exporting.has(needs) && !/\.cancel/.test(name);
    if (entry || permission) assert.equal(takesOut, true, name);
  }
});

test('these do, and no others', () => {
  assert.deepEqual(takingOut.sort(), [
    'accessReports.make',
    'auditBundle.save',
    'auditEventExport.save',
    'exports.all',
    'exports.bundle',
    'exports.import',
    'exports.pdf',
    'exports.summary',
    'logServer.set',
  ]);
});
