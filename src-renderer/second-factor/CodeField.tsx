import { TextInput } from '@mantine/core';
import type { Ref } from 'react';

type CodeFieldProps = {
  readonly label: string;
  readonly description?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly autoFocus?: boolean;
  readonly ref?: Ref<HTMLInputElement>;
};

/** Six digits of an authenticator app; a recovery code where the description says so. */
export function CodeField({ value, onChange, ...props }: CodeFieldProps) {
  return (
    <TextInput
      {...props}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={24}
      className="ck-narrow"
    />
  );
}
