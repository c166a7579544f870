/** Who is signed in: held in one place, given to every screen below the frame. */
import { createContext, type ReactNode, use } from 'react';
import type { Session } from '../../src-shared/contract/people.ts';
import type { Permission } from '../../src-shared/contract/permissions.ts';

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ session, children }: { readonly session: Session; readonly children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** The session, and whether it holds a permission: decides what shows. Core decides again what happens. */
export type SessionHere = Session & { readonly can: (permission: Permission) => boolean };

/** The signed-in user's session. Only screens inside the frame may ask. */
export function useSession(): SessionHere {
  const session = use(SessionContext);
  if (session === null) throw new Error('no session: this screen stands outside the frame');
  return { ...session, can: (permission) => session.permissions.includes(permission) };
}

/** Only the question: `const can = useCan(); can('patient:write')`. */
export function useCan(): (permission: Permission) => boolean {
  return useSession().can;
}
