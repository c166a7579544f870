import type { ReactNode } from 'react';

export type ChipTone = 'plain' | 'good' | 'warn' | 'danger' | 'accent';

type ChipProps = {
  readonly tone?: ChipTone;
  /** A sign beside the word (✓, ▲): colour never stands alone. */
  readonly sign?: ReactNode;
  /** Identifiers: monospace. */
  readonly code?: boolean;
  readonly children: ReactNode;
};

export function Chip({ tone = 'plain', sign, code = false, children }: ChipProps) {
  return (
    <span className="ck-chip" data-tone={tone} data-code={code}>
      {sign !== undefined && (
        <span aria-hidden="true" className="ck-chip-sign">
          {sign}
        </span>
      )}
      {children}
    </span>
  );
}
