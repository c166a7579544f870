/** Templates for group policy: an .admx, which says where each value goes, and an .adml with its words per language. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { PolicyName } from '../../src-shared/policy/policy.ts';
import { kindOf, names } from './kinds.ts';
import { around, explained, type Language } from './words.ts';

export const registryKey = 'SOFTWARE\\Policies\\Carekeep';
const head = '<?xml version="1.0" encoding="utf-8"?>';
const schema = 'http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions';
const made = '<!-- Made by resources/policies/make.ts from the schema: change that, not this. -->';

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const choiceId = (name: PolicyName, option: string): string => `${name}_${option}`;

export function admx(): string {
  return [
    head,
    made,
    `<policyDefinitions xmlns="${schema}" revision="1.0" schemaVersion="1.0">`,
    '  <policyNamespaces>',
    '    <target prefix="carekeep" namespace="Carekeep.Policies" />',
    '  </policyNamespaces>',
    '  <resources minRequiredRevision="1.0" />',
    '  <supportedOn>',
    '    <definitions>',
    '      <definition name="windows10" displayName="$(string.supported)" />',
    '    </definitions>',
    '  </supportedOn>',
    '  <categories>',
    '    <category name="carekeep" displayName="$(string.carekeep)" />',
    '  </categories>',
    '  <policies>',
    ...names.flatMap(policy),
    '  </policies>',
    '</policyDefinitions>',
    '',
  ].join('\n');
}

function policy(name: PolicyName): string[] {
  const kind = kindOf(name);
  const words = `displayName="$(string.${name})" explainText="$(string.${name}_explained)"`;
  const at = `key="${registryKey}"`;
  const belongs = ['      <parentCategory ref="carekeep" />', '      <supportedOn ref="windows10" />'];
  if (kind.is === 'boolean') {
    return [
      `    <policy name="${name}" class="Machine" ${words} ${at} valueName="${name}">`,
      ...belongs,
      '      <enabledValue><decimal value="1" /></enabledValue>',
      '      <disabledValue><decimal value="0" /></disabledValue>',
      '    </policy>',
    ];
  }
  return [
    `    <policy name="${name}" class="Machine" ${words} presentation="$(presentation.${name})" ${at}>`,
    ...belongs,
    '      <elements>',
    ...element(name).map((line) => `        ${line}`),
    '      </elements>',
    '    </policy>',
  ];
}

function element(name: PolicyName): string[] {
  const kind = kindOf(name);
  const itself = `id="${name}" valueName="${name}" required="true"`;
  switch (kind.is) {
    case 'number':
      return [`<decimal ${itself} minValue="${kind.least}" maxValue="${kind.most}" />`];
    case 'lines':
      return [`<multiText ${itself} maxStrings="${kind.most}" />`];
    case 'choice':
      return [
        `<enum ${itself}>`,
        ...kind.of.flatMap((option) => [
          `  <item displayName="$(string.${choiceId(name, option)})">`,
          `    <value><string>${option}</string></value>`,
          '  </item>',
        ]),
        '</enum>',
      ];
    default:
      return [`<text ${itself} maxLength="1023" />`];
  }
}

export function adml(language: Language): string {
  const { title, name, value } = wordsOfApplication(language);
  const { supported, templates } = around[language];
  const word = (id: string, text: string): string => `      <string id="${id}">${escapeXml(text)}</string>`;
  return [
    head,
    made,
    `<policyDefinitionResources xmlns="${schema}" revision="1.0" schemaVersion="1.0">`,
    `  <displayName>Carekeep: ${escapeXml(title)}</displayName>`,
    `  <description>${escapeXml(templates)}</description>`,
    '  <resources>',
    '    <stringTable>',
    word('carekeep', 'Carekeep'),
    word('supported', supported),
    ...names.flatMap((one) => {
      const kind = kindOf(one);
      const options = kind.is === 'choice' ? kind.of : [];
      return [
        word(one, name[one] ?? one),
        word(`${one}_explained`, explained[language][one]),
        ...options.map((option) => word(choiceId(one, option), value[one]?.[option] ?? option)),
      ];
    }),
    '    </stringTable>',
    '    <presentationTable>',
    ...names.filter((one) => kindOf(one).is !== 'boolean').flatMap((one) => presentation(one, name[one] ?? one)),
    '    </presentationTable>',
    '  </resources>',
    '</policyDefinitionResources>',
    '',
  ].join('\n');
}

function presentation(name: PolicyName, text: string): string[] {
  const kind = kindOf(name);
  const label = escapeXml(text);
  const field =
    kind.is === 'number'
      ? `<decimalTextBox refId="${name}" defaultValue="5">${label}</decimalTextBox>`
      : kind.is === 'choice'
        ? `<dropdownList refId="${name}" noSort="true" defaultItem="0">${label}</dropdownList>`
        : kind.is === 'lines'
          ? `<multiTextBox refId="${name}">${label}</multiTextBox>`
          : `<textBox refId="${name}"><label>${label}</label></textBox>`;
  return [`      <presentation id="${name}">`, `        ${field}`, '      </presentation>'];
}

const applicationWords = z.object({
  title: z.string(),
  name: z.record(z.string(), z.string()),
  value: z.record(z.string(), z.record(z.string(), z.string())),
});

function wordsOfApplication(language: Language) {
  const file = join(import.meta.dirname, '..', 'translations', language, 'policies.json');
  return applicationWords.parse(JSON.parse(readFileSync(file, 'utf8')));
}
