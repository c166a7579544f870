/** The offer of an update to whoever is signed in: until they say "later", and never over what they write. */
import { createContext, type ReactNode, use, useMemo, useState } from 'react';
import type { Offer } from '../../src-shared/updates/state.ts';
import { InstallDialog } from './InstallDialog.tsx';
import { readyOffer, type UpdateStatus, useUpdateStatus } from './use-updates.ts';

type OfferHere = {
  readonly status: UpdateStatus | null;
  /** What lies here and was not put off in this session. */
  readonly shown: Offer | null;
  /** Shows the notes and asks. */
  readonly ask: () => void;
  readonly later: () => void;
  /** What an update that ended has to say was read. */
  readonly outcomeRead: boolean;
  readonly readOutcome: () => void;
};

const OfferContext = createContext<OfferHere | null>(null);

export function useOffer(): OfferHere {
  const here = use(OfferContext);
  if (here === null) throw new Error('no session: this screen stands outside the frame');
  return here;
}

type OfferProviderProps = {
  /** Chosen at the sign-in screen: ask at once. */
  readonly askNow: boolean;
  readonly onInstalling: (version: string) => void;
  readonly children: ReactNode;
};

export function OfferProvider({ askNow, onInstalling, children }: OfferProviderProps) {
  const status = useUpdateStatus();
  const [asking, setAsking] = useState(askNow);
  const [put, setPut] = useState(false);
  const [outcomeRead, setOutcomeRead] = useState(false);
  const offer = readyOffer(status);
  const here = useMemo<OfferHere>(
    () => ({
      status,
      shown: put ? null : offer,
      ask: () => setAsking(true),
      later: () => setPut(true),
      outcomeRead,
      readOutcome: () => setOutcomeRead(true),
    }),
    [status, put, offer, outcomeRead],
  );
  return (
    <OfferContext value={here}>
      {children}
      {asking && offer !== null && (
        <InstallDialog
          offer={offer}
          onInstalling={onInstalling}
          onLater={() => {
            setAsking(false);
            setPut(true);
          }}
        />
      )}
    </OfferContext>
  );
}
