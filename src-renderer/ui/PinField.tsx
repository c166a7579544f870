import { TextInput, type TextInputProps } from '@mantine/core';
import type { Ref } from 'react';

/** Most digits that a PIN has, and fewest. */
export const pinLength = { min: 6, max: 12 } as const;

type PinFieldProps = Omit<TextInputProps, 'type' | 'onChange' | 'value'> & {
  readonly ref?: Ref<HTMLInputElement>;
  readonly value: string;
  readonly onChange: (digits: string) => void;
};

/** A PIN: digits alone, hidden while they are typed. Pasting is allowed; what is no digit is left out. */
export function PinField({ onChange, ...props }: PinFieldProps) {
  return (
    <TextInput
      inputMode="numeric"
      autoComplete="off"
      spellCheck={false}
      {...props}
      type="password"
      onChange={(event) => onChange(event.currentTarget.value.replace(/\D/g, '').slice(0, pinLength.max))}
    />
  );
}
