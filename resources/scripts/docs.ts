/**
 * Writes docs/contract.md from the contract: procedures, permission matrix, audit catalogue; and IT staff's templates of
 * policies. With `--check` it only compares the page, and fails when it is not what the contract says.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { auditEvents } from '../../src-shared/contract/audit-events.ts';
import { procedures } from '../../src-shared/contract/index.ts';
import { permissions, permissionsOfRole, roles } from '../../src-shared/contract/permissions.ts';
import { writePolicyFiles } from '../policies/make.ts';

const page = fileURLToPath(new URL('../../docs/contract.md', import.meta.url));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const calls = [...procedures].map(([name, { kind, needs, audits, summary }]) => [
  `\`${name}\``,
  kind,
  typeof needs === 'string' ? needs : needs.join(' or '),
  typeof audits === 'string' ? `\`${audits}\`` : `none: ${audits.none}`,
  summary,
]);
const matrix = permissions.map((permission) => [
  permission,
  ...roles.map((role) => (permissionsOfRole[role].includes(permission) ? 'yes' : '–')),
]);
const leavers = (code: string) =>
  [...procedures].filter(([, procedure]) => procedure.audits === code).map(([name]) => `\`${name}\``);
const catalogue = Object.entries(auditEvents).map(([code, { action, kind }]) => [
  `\`${code}\``,
  action,
  kind,
  leavers(code).join(', ') || 'core itself',
]);

const text = `# The contract

Made from \`src-shared/contract\` by \`npm run docs\`; the tests fail when it is out of date. JSON Schemas of every
input and output: \`npm run -s ctl -- --list\`.

## Procedures

${table(['procedure', 'kind', 'needs', 'audit event', 'what it does'], calls)}

\`query\` and \`command\` run in one transaction with their audit entry; \`task\` is asynchronous and opens its own.
A call without the permission leaves \`access.denied\`.

## Who may what

${table(['permission', ...roles], matrix)}

## Audit catalogue

Action as in FHIR AuditEvent: C create, R read, U update, D delete, E execute.

${table(['event', 'action', 'kind', 'left by'], catalogue)}
`;

if (process.argv.includes('--check')) {
  if (readFileSync(page, 'utf8') !== text) {
    console.error('docs/contract.md is not what the contract says: run npm run docs');
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, text);
  writePolicyFiles();
}
