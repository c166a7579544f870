/** The standing in one word and its tone, for the page of IT. */
import type { TFunction } from 'i18next';
import type { ChipTone } from '../ui/index.ts';
import type { UpdateStatus } from './use-updates.ts';

export type Standing = { readonly tone: ChipTone; readonly sign: string; readonly word: string };

const looks: { readonly [P in UpdateStatus['state']['phase']]: readonly [ChipTone, string] } = {
  off: ['plain', '○'],
  idle: ['good', '✓'],
  checking: ['accent', '→'],
  downloading: ['accent', '↓'],
  ready: ['accent', '↑'],
  installing: ['accent', '→'],
  trial: ['accent', '→'],
  kept: ['good', '✓'],
  'fell-back': ['warn', '▲'],
  failed: ['warn', '▲'],
};

/** Nothing is called up to date that no check has shown. */
export function standingOf(t: TFunction<'updates'>, { state, unknown }: UpdateStatus): Standing {
  const { phase, refusal, lastGood } = state;
  if (phase === 'idle' && unknown) return { tone: 'warn', sign: '▲', word: t('state.not-known') };
  if (phase === 'idle' && refusal !== null) return { tone: 'warn', sign: '▲', word: t('state.refused') };
  if (phase === 'idle' && lastGood === null) return { tone: 'plain', sign: '○', word: t('state.never-looked') };
  const [tone, sign] = looks[phase];
  return { tone, sign, word: t(`state.phase.${phase}`) };
}
