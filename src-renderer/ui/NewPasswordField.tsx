import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { call } from '../client.ts';
import { PasswordField } from './PasswordField.tsx';

type Verdict = Output<'setup.checkPassword'>;

type NewPasswordFieldProps = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Names that must not be the password: the person's, the clinic's. */
  readonly personal: readonly string[];
  readonly error?: string | undefined;
  readonly autoFocus?: boolean;
};

/**
 * A password being chosen, with its strength against an offline list of common ones. Core decides at the end; here
 * it is only told early. Asked directly, not through the query cache: a password must not become a cache key.
 */
export function NewPasswordField({
  label,
  value,
  onChange,
  personal,
  error,
  autoFocus = false,
}: NewPasswordFieldProps) {
  const { t } = useTranslation('app');
  const { t: errorText } = useTranslation('errors');
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const names = personal.filter((name) => name !== '').join('\n');

  useEffect(() => {
    if (value === '') {
      setVerdict(null);
      return;
    }
    let stale = false;
    const timer = setTimeout(() => {
      call('setup.checkPassword', {
        password: value,
        personal: names === '' ? [] : names.split('\n').slice(0, 8),
      }).then(
        (answer) => {
          if (!stale) setVerdict(answer);
        },
        // without a verdict there is no meter; core checks again when the form is sent
        () => setVerdict(null),
      );
    }, 150);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [value, names]);

  const word =
    verdict === null
      ? ''
      : verdict.problem === null
        ? t('password.strength', { word: t(`password.score.${verdict.score}`) })
        : errorText(verdict.problem);
  return (
    <div>
      <PasswordField
        label={label}
        description={t('password.hint')}
        autoComplete="new-password"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
        maxLength={512}
        required
        withAsterisk={false}
        {...(autoFocus ? { 'data-autofocus': true, autoFocus: true } : {})}
      />
      <div className="ck-meter" data-score={verdict?.score ?? 'none'} data-good={verdict?.acceptable ?? false}>
        <div className="ck-meter-bars" aria-hidden="true">
          {[0, 1, 2, 3, 4].map((bar) => (
            <span key={bar} data-on={verdict !== null && bar <= verdict.score} />
          ))}
        </div>
        <p role="status">{word}</p>
      </div>
    </div>
  );
}
