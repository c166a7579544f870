import { useEffect, useState } from 'react';
import { CrashScreen } from './CrashScreen.tsx';
import { reportFault } from './fault.ts';

/** In place of a page that threw while it was drawn: the router catches that before the last net does. */
export function BrokenPage({ error }: { readonly error: unknown }) {
  const [reference, setReference] = useState<string | null>(null);
  useEffect(() => {
    let stands = true;
    void reportFault('drawing', error).then((given) => {
      if (stands) setReference(given);
    });
    return () => {
      stands = false;
    };
  }, [error]);
  return <CrashScreen reference={reference} />;
}
