import { useTranslation } from 'react-i18next';
import type { Offer } from '../../src-shared/updates/state.ts';
import { isLanguage } from '../i18n.ts';

/** The signers' notes in the language of the screen: plain text, drawn as it was written. */
export function ReleaseNotes({ offer, title }: { readonly offer: Offer; readonly title: string }) {
  const { t, i18n } = useTranslation('updates');
  const text = offer.notes[isLanguage(i18n.language) ? i18n.language : 'en'].trim();
  return (
    <section className="ck-release" aria-label={title}>
      <h3>{title}</h3>
      {text === '' ? (
        <p className="ck-dim">{t('dialog.no-notes')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard
        <p className="ck-release-text" tabIndex={0}>
          <bdi>{text}</bdi>
        </p>
      )}
    </section>
  );
}
