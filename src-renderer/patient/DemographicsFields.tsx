import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Demographics, MaskedField } from '../../src-shared/contract/patients.ts';
import { gender } from '../../src-shared/contract/primitives.ts';
import { DateField } from './DateField.tsx';
import classes from './patient.module.css';

type Props = {
  readonly values: Demographics;
  readonly onChange: (values: Demographics) => void;
  readonly problems: ReadonlySet<string>;
  readonly onDateUnclear: (unclear: boolean) => void;
  /** A birth date as typed elsewhere, still to be read. */
  readonly typedBirthDate?: string;
  /** Changes whenever the values were set from outside: fields that hold their own text start anew. */
  readonly edition: number;
  /** What this session sees as dots, and so cannot change. */
  readonly masked?: readonly MaskedField[];
};

/** The word on a masked field stands below it, so that fields side by side stay on one line. */
const below: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error'];
const noIdentifier = { system: '', value: '', label: '' };

/** The fields of a person, in the order of a conversation at the desk. */
export function DemographicsFields(props: Props) {
  const { values, onChange, problems, onDateUnclear, typedBirthDate, edition, masked = [] } = props;
  const { t } = useTranslation('patient');
  const set = (part: Partial<Demographics>) => onChange({ ...values, ...part });
  const setAddress = (part: Partial<Demographics['address']>) => set({ address: { ...values.address, ...part } });
  const problem = (name: string) =>
    problems.has(name) ? t(name === 'family' ? 'problem.family' : 'problem.text') : undefined;
  const shut = (field: MaskedField) => masked.includes(field);
  const closed = (field: MaskedField) =>
    shut(field) ? { disabled: true, description: t('masked'), inputWrapperOrder: below } : {};
  const identifiers = values.identifiers.length === 0 ? [noIdentifier] : values.identifiers;
  const setIdentifier = (at: number, part: Partial<typeof noIdentifier>) =>
    set({ identifiers: identifiers.map((each, index) => (index === at ? { ...each, ...part } : each)) });

  return (
    <div className={classes.fields}>
      <TextInput
        label={t('field.family')}
        required
        maxLength={120}
        value={values.family}
        error={problem('family')}
        onChange={(event) => set({ family: event.currentTarget.value })}
        data-autofocus
      />
      <TextInput
        label={t('field.given')}
        maxLength={120}
        value={values.given}
        error={problem('given')}
        onChange={(event) => set({ given: event.currentTarget.value })}
      />
      <DateField
        key={edition}
        label={t('field.birthDate')}
        value={values.birthDate}
        {...(typedBirthDate === undefined ? {} : { typed: typedBirthDate })}
        onChange={(birthDate) => set({ birthDate })}
        onUnclear={onDateUnclear}
      />
      <NativeSelect
        label={t('field.gender')}
        value={values.gender ?? ''}
        onChange={(event) => {
          const chosen = gender.safeParse(event.currentTarget.value);
          set({ gender: chosen.success ? chosen.data : null });
        }}
        data={[
          { value: '', label: t('notSaid') },
          ...gender.options.map((value) => ({ value, label: t(`gender.${value}`) })),
        ]}
      />
      <TextInput
        label={t('field.former')}
        maxLength={120}
        value={values.former}
        error={problem('former')}
        onChange={(event) => set({ former: event.currentTarget.value })}
      />
      <TextInput
        label={t('field.phone')}
        type="tel"
        maxLength={40}
        value={values.phone}
        error={problem('phone')}
        {...closed('phone')}
        onChange={(event) => set({ phone: event.currentTarget.value })}
      />
      <fieldset className={classes.group} disabled={shut('identifiers')}>
        <legend>{t('field.identifiers')}</legend>
        {identifiers.map((identifier, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
          <div key={index} className={classes.identifier}>
            <TextInput
              aria-label={t('field.identifierLabel', { n: index + 1 })}
              placeholder={t('field.identifierKind')}
              maxLength={40}
              value={identifier.label}
              onChange={(event) => setIdentifier(index, { label: event.currentTarget.value })}
            />
            <TextInput
              aria-label={t('field.identifierValue', { n: index + 1 })}
              placeholder={t('field.identifierNumber')}
              maxLength={80}
              value={identifier.value}
              onChange={(event) => setIdentifier(index, { value: event.currentTarget.value })}
            />
          </div>
        ))}
        {shut('identifiers') && <p className={classes.hint}>{t('masked')}</p>}
        {identifiers.length < 10 && !shut('identifiers') && (
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => set({ identifiers: [...identifiers, noIdentifier] })}
          >
            {t('field.addIdentifier')}
          </Button>
        )}
      </fieldset>
      <TextInput
        label={t('field.email')}
        type="email"
        maxLength={120}
        value={values.email}
        error={problem('email')}
        {...closed('phone')}
        onChange={(event) => set({ email: event.currentTarget.value })}
      />
      <TextInput
        label={t('field.street')}
        maxLength={200}
        value={values.address.line}
        onChange={(event) => setAddress({ line: event.currentTarget.value })}
      />
      <div className={classes.place}>
        <TextInput
          label={t('field.postalCode')}
          maxLength={20}
          value={values.address.postalCode}
          onChange={(event) => setAddress({ postalCode: event.currentTarget.value })}
        />
        <TextInput
          label={t('field.city')}
          maxLength={120}
          value={values.address.city}
          onChange={(event) => setAddress({ city: event.currentTarget.value })}
        />
      </div>
      <TextInput
        label={t('field.country')}
        maxLength={60}
        value={values.address.country}
        onChange={(event) => setAddress({ country: event.currentTarget.value })}
      />
    </div>
  );
}
