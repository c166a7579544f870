import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { useFormat } from '../ui/index.ts';

/** Whom certificates name, until when, and the fingerprint to compare with the one that IT has. */
export function Authorities({ known }: { readonly known: Output<'logServer.readAuthorities'>['known'] }) {
  const { t } = useTranslation('logserver');
  const format = useFormat();
  return (
    <ul className="ck-log-server-authorities">
      {known.map(({ subject, until, fingerprint }) => (
        <li key={fingerprint}>
          <bdi>{subject}</bdi>
          <span className={until < Date.now() ? 'ck-danger-text' : 'ck-dim'}>
            {t(until < Date.now() ? 'authority.over' : 'authority.until', {
              when: format.date(new Date(until).toISOString()),
            })}
          </span>
          <span className="ck-dim">
            SHA-256 <Fingerprint hex={fingerprint} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Breaks between pairs of digits, never within one: it is compared by eye. */
function Fingerprint({ hex }: { readonly hex: string }) {
  return (
    <bdi className="ck-mono ck-log-server-print">
      {hex.split(':').map((pair, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pairs repeat and never move
        <Fragment key={at}>
          {at > 0 && (
            <>
              :<wbr />
            </>
          )}
          {pair}
        </Fragment>
      ))}
    </bdi>
  );
}
