import { useProcedure } from '../client.ts';
import { Card, ErrorState, LoadingSkeleton } from '../ui/index.ts';
import { HoldsCard } from './HoldsCard.tsx';
import { PastPrunes } from './PastPrunes.tsx';
import { PruneCard } from './PruneCard.tsx';
import './retention.css';
import { YearsCard } from './YearsCard.tsx';

/** What stays in the log and for how long, and what was let go. */
export function RetentionTab() {
  const retention = useProcedure('retention.get', {});
  if (retention.isPending) {
    return (
      <Card>
        <LoadingSkeleton rows={4} rowHeight={64} />
      </Card>
    );
  }
  if (retention.error !== null) {
    return <ErrorState error={retention.error} onRetry={() => void retention.refetch()} />;
  }
  return (
    <div className="ck-retention">
      <YearsCard retention={retention.data} />
      <PruneCard retention={retention.data} />
      <HoldsCard />
      <PastPrunes />
    </div>
  );
}
