import { PasswordInput, type PasswordInputProps, UnstyledButton } from '@mantine/core';
import { type KeyboardEvent, type Ref, useState } from 'react';
import { useTranslation } from 'react-i18next';

type PasswordFieldProps = Omit<PasswordInputProps, 'visible' | 'onVisibilityChange' | 'rightSection'> & {
  readonly ref?: Ref<HTMLInputElement>;
};

/** Password with Show/Hide in words and a hint while caps lock is on. Pasting is allowed. */
export function PasswordField({ description, ...props }: PasswordFieldProps) {
  const { t } = useTranslation('app');
  const [shown, setShown] = useState(false);
  const [caps, setCaps] = useState(false);
  const watchCaps = (event: KeyboardEvent<HTMLInputElement>) => setCaps(event.getModifierState('CapsLock'));
  return (
    <div>
      <PasswordInput
        autoComplete="off"
        spellCheck={false}
        description={description}
        {...props}
        visible={shown}
        onKeyDown={watchCaps}
        onKeyUp={watchCaps}
        rightSectionWidth={96}
        rightSectionProps={{ style: { justifyContent: 'flex-end', paddingRight: 8 } }}
        rightSection={
          <UnstyledButton
            className="ck-show-password"
            aria-label={shown ? t('password.hide-label') : t('password.show-label')}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          >
            {shown ? t('password.hide') : t('password.show')}
          </UnstyledButton>
        }
      />
      <p className="ck-caps" role="status">
        {caps ? t('password.caps-lock') : ''}
      </p>
    </div>
  );
}
