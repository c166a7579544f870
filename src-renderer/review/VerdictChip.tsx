import type { ReviewVerdict } from '../../src-shared/contract/reviews.ts';
import { Chip } from '../ui/index.ts';
import { useReviewWords } from './words.ts';

const looks = {
  justified: { tone: 'good', sign: '✓' },
  'not-justified': { tone: 'danger', sign: '▲' },
  'follow-up': { tone: 'accent', sign: '→' },
} as const;

export function VerdictChip({ verdict }: { readonly verdict: ReviewVerdict }) {
  const words = useReviewWords();
  return <Chip {...looks[verdict]}>{words.verdict(verdict)}</Chip>;
}
