import { UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { notInstalled, readyOffer, type UpdateStatus } from './use-updates.ts';
import './updates.css';

type UpdateAtSignInProps = {
  readonly status: UpdateStatus | null;
  /** Was chosen to be asked about after the sign-in. */
  readonly chosen: boolean;
  readonly onChoose: (chosen: boolean) => void;
};

/** Under the sign-in form: nobody is known here yet, so installing begins with a sign-in. */
export function UpdateAtSignIn({ status, chosen, onChoose }: UpdateAtSignInProps) {
  const { t } = useTranslation('updates');
  const offer = readyOffer(status);
  if (status === null) return null;
  const { phase, fellBackFrom } = status.state;
  const because = notInstalled(status);
  if (offer !== null) {
    return (
      <section className="ck-update-start" aria-label={t('ready.title', { version: offer.version })}>
        <p>
          <strong>
            <span aria-hidden="true">{offer.required ? '▲ ' : '↑ '}</span>
            {t('ready.title', { version: offer.version })}
          </strong>
        </p>
        {because !== null && (
          <p className="ck-warn-text">
            {t(`refusal.${because}.what`)} {t('refusal.safe')}
          </p>
        )}
        {offer.required && <p>{t('ready.required-text')}</p>}
        <p role="status">{t(chosen ? 'ready.chosen' : 'ready.sign-in')}</p>
        <UnstyledButton className="ck-link" onClick={() => onChoose(!chosen)}>
          {t(chosen ? 'ready.undo' : 'ready.after')}
        </UnstyledButton>
      </section>
    );
  }
  if (phase === 'trial') return <Said title={t('trial.title')} text={t('trial.text')} sign="↑" />;
  if (phase === 'kept') {
    return <Said title={t('kept.title', { version: status.version })} text={t('kept.text')} sign="✓" />;
  }
  if (phase === 'fell-back') {
    const title = fellBackFrom === null ? t('fell-back.title-any') : t('fell-back.title', { version: fellBackFrom });
    return <Said title={title} text={t('fell-back.text')} sign="▲" />;
  }
  return null;
}

function Said({ title, text, sign }: { readonly title: string; readonly text: string; readonly sign: string }) {
  return (
    <section className="ck-update-start" aria-label={title}>
      <p>
        <strong>
          <span aria-hidden="true">{sign} </span>
          {title}
        </strong>
      </p>
      <p>{text}</p>
    </section>
  );
}
