import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { copyClears, copyIdentifier } from '../copying.ts';
import './once-shown.css';

type OnceShownProps = {
  /** What it is and whose, for the paper. */
  readonly title: string;
  /** The codes, as they are to be typed. */
  readonly codes: readonly string[];
  /** What to do with it: printed too. */
  readonly children: React.ReactNode;
};

/** Codes that nobody can show a second time: to copy or print. Nothing else is on the printed page. */
export function OnceShown({ title, codes, children }: OnceShownProps) {
  const { t } = useTranslation('app');
  const [copied, setCopied] = useState(false);
  const copy = () => setCopied(copyIdentifier(codes.join('\n')));
  return (
    <div>
      <div className="ck-slip">
        <p className="ck-slip-title">{title}</p>
        <ul {...copyClears} className="ck-slip-codes" data-many={codes.length > 1} translate="no">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <div className="ck-slip-text">{children}</div>
      </div>
      <Group gap={8} mt={10}>
        <Button variant="default" size="xs" onClick={copy}>
          {t('once.copy')}
        </Button>
        <Button variant="default" size="xs" onClick={() => window.print()}>
          {t('once.print')}
        </Button>
        <span role="status" className="ck-good-text">
          {copied ? `✓ ${t('once.copied')}` : ''}
        </span>
      </Group>
    </div>
  );
}
