import { useTranslation } from 'react-i18next';
import type { ImportReport } from '../../src-shared/contract/exchange.ts';
import { Chip, type ChipTone } from '../ui/index.ts';

const looks: { readonly [S in ImportReport['state']]: { readonly tone: ChipTone; readonly sign: string } } = {
  previewing: { tone: 'plain', sign: '…' },
  previewed: { tone: 'warn', sign: '●' },
  running: { tone: 'accent', sign: '▶' },
  done: { tone: 'good', sign: '✓' },
  cancelled: { tone: 'plain', sign: '■' },
  failed: { tone: 'danger', sign: '▲' },
};

export function StateChip({ state }: { readonly state: ImportReport['state'] }) {
  const { t } = useTranslation('import');
  return <Chip {...looks[state]}>{t(`state.${state}`)}</Chip>;
}
