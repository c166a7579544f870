/** The bill of materials (CycloneDX 1.6) and the licence list that lie in every package. Both come out alike each time. */
import { Enums, Models, Serialize, SPDX, Spec } from '@cyclonedx/cyclonedx-library';
import type { Component } from './components.ts';

export const billName = 'sbom.cdx.json';
export const licencesName = 'THIRD-PARTY-LICENSES.txt';

const kinds = {
  library: Enums.ComponentType.Library,
  framework: Enums.ComponentType.Framework,
  data: Enums.ComponentType.Data,
} as const;

function packageUrl(name: string, version: string): string {
  return `pkg:npm/${name.split('/').map(encodeURIComponent).join('/')}@${version}`;
}

function licenceOf(expression: string): Models.License {
  if (SPDX.isSupportedSpdxId(expression)) return new Models.SpdxLicense(expression);
  if (/ (?:OR|AND|WITH) /.test(expression)) return new Models.LicenseExpression(expression);
  return new Models.NamedLicense(expression);
}

export type Product = {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly seconds: number;
};

/** @param product what the bill is of; `seconds` is the time it is dated with (SOURCE_DATE_EPOCH) */
export function billOfMaterials(product: Product, components: readonly Component[]): string {
  const ref = `${product.name}@${product.version}`;
  const subject = new Models.Component(Enums.ComponentType.Application, product.name, {
    version: product.version,
    bomRef: ref,
    licenses: new Models.LicenseRepository([licenceOf(product.licence)]),
  });
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: subject, timestamp: new Date(product.seconds * 1000) }),
  });
  for (const { name, version, licence, sha512, kind, vendored } of components) {
    const purl = vendored ? undefined : packageUrl(name, version);
    const component = new Models.Component(kinds[kind], name, {
      version,
      bomRef: purl ?? `${name}@${version}`,
      licenses: new Models.LicenseRepository([licenceOf(licence)]),
      ...(purl !== undefined && { purl }),
      ...(sha512 !== undefined && { hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-512'], sha512]]) }),
    });
    bom.components.add(component);
    subject.dependencies.add(component.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 1 })}\n`;
}

/** Every component with its licence; equal texts stand once, below all that they cover. */
export function licenceList(components: readonly Component[]): string {
  const covered = new Map<string, string[]>();
  for (const { name, version, licence, text } of components) {
    covered.set(text, [...(covered.get(text) ?? []), `${name} ${version} (${licence})`]);
  }
  const head = [
    'Carekeep contains the following software. Each is named with its version and licence; the text of the licence',
    "follows. Electron's own list of what it contains (Chromium and others) is LICENSES.chromium.html.",
  ].join('\n');
  const line = '-'.repeat(100);
  return `${[head, ...[...covered].map(([text, names]) => `${line}\n${names.join('\n')}\n\n${text}`)].join('\n\n')}\n`;
}
