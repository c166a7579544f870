/** The example set of HL7 FHIR R4, fetched by npm; HL7_R4_EXAMPLES may name an unpacked package instead. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

function fetched(): string {
  const place = mkdtempSync(join(tmpdir(), 'carekeep-hl7-'));
  after(() => rmSync(place, { recursive: true }));
  execFileSync('npm', ['pack', '--silent', 'hl7.fhir.r4.examples@4.0.1'], { cwd: place });
  execFileSync('tar', ['xzf', 'hl7.fhir.r4.examples-4.0.1.tgz'], { cwd: place });
  return join(place, 'package');
}

/** Paths of all examples. */
export function exampleFiles(): string[] {
  const folder = process.env['HL7_R4_EXAMPLES'] ?? fetched();
  return readdirSync(folder)
    .filter((name) => /^[^.].*\.json$/.test(name) && name !== 'package.json')
    .map((name) => join(folder, name));
}
