import { ActionIcon } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { copyIdentifier } from '../copying.ts';
import { announce } from './LiveRegion.tsx';

type CopyButtonProps = {
  /** What it is called, for who cannot see what it stands beside. */
  readonly name: string;
  readonly value: string;
};

/** Copies an identifier; the clipboard is emptied soon after, and the button says so. */
export function CopyButton({ name, value }: CopyButtonProps) {
  const { t } = useTranslation('app');
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    if (!copyIdentifier(value)) return;
    setCopied(true);
    announce(t('copy.done'));
  };
  const label = name === '' ? t('copy.number') : t('copy.named', { name });
  return (
    <ActionIcon
      className="ck-copy"
      variant="subtle"
      size="xs"
      aria-label={label}
      title={copied ? t('copy.done') : label}
      onClick={copy}
    >
      <svg width={13} height={13} viewBox="0 0 16 16" aria-hidden="true" focusable="false" className="ck-copy-sign">
        <path d={copied ? 'M3 8.500l3.500 3.500 6.500-8' : 'M6 5.500h7.500V14H6zM3.500 10.500h-1V2H10v1.500'} />
      </svg>
    </ActionIcon>
  );
}
