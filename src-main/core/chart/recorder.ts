/** A signed-in person as FHIR names them in our resources: by their id in this clinic and their name at that time. */
import type { Reference } from 'fhir/r4';
import type { LiveSession } from '../session.ts';

export function recorderOf(session: Pick<LiveSession, 'userId' | 'displayName'>): Reference {
  return {
    type: 'Practitioner',
    identifier: { system: 'urn:carekeep:user', value: session.userId },
    display: session.displayName,
  };
}
