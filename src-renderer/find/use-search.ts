import { useEffect, useRef, useState } from 'react';
import type { Output } from '../../src-shared/contract/index.ts';
import { call } from '../client.ts';

export type SearchAnswer = Output<'patients.search'>;
export type SearchState = {
  /** The newest answer there is; it stays while the next is on its way, so that nothing jumps. */
  readonly answer: SearchAnswer | null;
  /** The text `answer` answers to. */
  readonly answered: string;
  readonly error: unknown;
};

const nothing: SearchState = { answer: null, answered: '', error: null };

/**
 * Asks core with every change of the text, without waiting. Answers that come after a newer question was put are
 * dropped: the latest question wins.
 */
export function usePatientSearch(text: string): SearchState {
  const [state, setState] = useState<SearchState>(nothing);
  const asked = useRef(0);
  const wanted = text.trim();
  useEffect(() => {
    asked.current += 1;
    const mine = asked.current;
    if (wanted === '') {
      setState(nothing);
      return;
    }
    call('patients.search', { text: wanted }).then(
      (answer) => {
        if (asked.current === mine) setState({ answer, answered: wanted, error: null });
      },
      (error: unknown) => {
        if (asked.current === mine) setState({ answer: null, answered: wanted, error });
      },
    );
  }, [wanted]);
  return state;
}
