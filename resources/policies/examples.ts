/** Examples of every policy for the three systems: a file, a .reg and a macOS profile. */

import { bundleId } from '../../src-main/policy/places.ts';
import type { PolicyName } from '../../src-shared/policy/policy.ts';
import { kindOf, names } from './kinds.ts';
import { escapeXml, registryKey } from './templates.ts';
import { example } from './words.ts';

type Value = string | number | boolean | readonly string[];

/** On Windows paths are others. */
const onWindows: Partial<Record<PolicyName, Value>> = {
  backupTargets: ['\\\\nas\\carekeep-copies', 'D:\\carekeep-copies'],
  updateRoot: 'C:\\Program Files\\Carekeep Policies\\root.json',
};
const onMac: Partial<Record<PolicyName, Value>> = {
  backupTargets: ['/Volumes/carekeep-copies'],
  updateRoot: '/Library/Application Support/Carekeep/root.json',
};

export function exampleFile(): string {
  return `${JSON.stringify(example, null, 2)}\n`;
}

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** REG_MULTI_SZ: every line and the whole end in a zero. */
function multiText(lines: readonly string[]): string {
  const bytes = Buffer.from(`${lines.map((line) => `${line}\0`).join('')}\0`, 'utf16le');
  return `hex(7):${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(',')}`;
}

/** Imported by `reg import`: for a machine without a domain. */
export function exampleRegistry(): string {
  const lines = names.map((name) => {
    const value: Value = onWindows[name] ?? example[name];
    if (typeof value === 'boolean') return `"${name}"=dword:0000000${value ? 1 : 0}`;
    if (typeof value === 'number') return `"${name}"=dword:${value.toString(16).padStart(8, '0')}`;
    if (typeof value !== 'string') return `"${name}"=${multiText(value)}`;
    return `"${name}"=${kindOf(name).is === 'lines' ? multiText(value.split('\n')) : quoted(value)}`;
  });
  return ['Windows Registry Editor Version 5.00', '', `[HKEY_LOCAL_MACHINE\\${registryKey}]`, ...lines, ''].join(
    '\r\n',
  );
}

function plistValue(value: Value): string {
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>';
  if (typeof value === 'number') return `<integer>${value}</integer>`;
  if (typeof value === 'string') return `<string>${escapeXml(value)}</string>`;
  return `<array>${value.map((one) => `<string>${escapeXml(one)}</string>`).join('')}</array>`;
}

export function exampleProfile(): string {
  const settings = names.map((name) => {
    const value: Value = onMac[name] ?? example[name];
    return `                  <key>${name}</key>${plistValue(value)}`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
  <dict>
    <key>PayloadType</key><string>Configuration</string>
    <key>PayloadVersion</key><integer>1</integer>
    <key>PayloadScope</key><string>System</string>
    <key>PayloadIdentifier</key><string>${bundleId}.policies</string>
    <key>PayloadUUID</key><string>3F0C2A0E-6C0B-4B58-9C5F-0D1B7F6E2A41</string>
    <key>PayloadDisplayName</key><string>Carekeep</string>
    <key>PayloadContent</key>
    <array>
      <dict>
        <key>PayloadType</key><string>com.apple.ManagedClient.preferences</string>
        <key>PayloadVersion</key><integer>1</integer>
        <key>PayloadIdentifier</key><string>${bundleId}.policies.settings</string>
        <key>PayloadUUID</key><string>8E1D7B52-5A1F-4E0C-8B7D-92C4A6F30B17</string>
        <key>PayloadContent</key>
        <dict>
          <key>${bundleId}</key>
          <dict>
            <key>Forced</key>
            <array>
              <dict>
                <key>mcx_preference_settings</key>
                <dict>
${settings.join('\n')}
                </dict>
              </dict>
            </array>
          </dict>
        </dict>
      </dict>
    </array>
  </dict>
</plist>
`;
}
