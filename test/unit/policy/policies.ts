/** Policies as IT staff may write them, for properties. */
import fc from 'fast-check';
import { type Policy, policySchema } from '../../../src-shared/policy/policy.ts';
import { rings, updateChannels } from '../../../src-shared/updates/target.ts';

const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const httpsAddress = fc.tuple(part, part).map(([host, path]) => `https://${host}.example/${path}`);
const place = fc.oneof(
  fc.tuple(part, part).map(([a, b]) => `/${a}/${b}`),
  fc.tuple(part, part).map(([a, b]) => `C:\\${a}\\${b}`),
  fc.tuple(part, part).map(([a, b]) => `\\\\${a}\\${b}`),
);
export const certificateText = '-----BEGIN CERTIFICATE-----\nMIIB\nAAAA\n-----END CERTIFICATE-----';

/** Any set of names, each with a value that fits; never an empty list, which the registry cannot tell from nothing. */
export const anyPolicy: fc.Arbitrary<Policy> = fc
  .record(
    {
      idleMinutes: fc.integer({ min: 1, max: 60 }),
      pinAllowed: fc.boolean(),
      exportAllowed: fc.boolean(),
      backupTargets: fc.array(place, { minLength: 1, maxLength: 8 }),
      screenCaptureProtected: fc.boolean(),
      updateSource: fc.oneof(fc.constant('off'), httpsAddress, place),
      updateRoot: place,
      updateChannel: fc.constantFrom(...updateChannels),
      updateRing: fc.constantFrom(...rings),
      updateCa: fc.constant(certificateText),
      updateProxy: fc.constantFrom('none', 'http://proxy.example:3128'),
      backendAddress: httpsAddress,
      backendCa: fc.constant('ab:'.repeat(31).concat('cd')),
      helpAddress: httpsAddress,
    },
    { requiredKeys: [] },
  )
  .map((policy) => policySchema.parse(policy));
