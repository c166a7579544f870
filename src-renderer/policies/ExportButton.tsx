import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LockSign } from './LockSign.tsx';
import { useNothingLeaves } from './use-policies.ts';
import './policies.css';

type ExportButtonProps = ButtonProps & { readonly onClick: () => void; readonly children: ReactNode };

/** A way out of the record. Where a policy of the machine closes it, it can be reached and says why, and does nothing. */
export function ExportButton({ onClick, children, ...button }: ExportButtonProps) {
  const { t } = useTranslation('policies');
  const closed = useNothingLeaves();
  if (!closed) {
    return (
      <Button {...button} onClick={onClick}>
        {children}
      </Button>
    );
  }
  return (
    <Tooltip label={t('managed.no-export')} multiline w={280} events={{ hover: true, focus: true, touch: true }}>
      <Button {...button} data-disabled aria-disabled leftSection={<LockSign />}>
        {children}
      </Button>
    </Tooltip>
  );
}
