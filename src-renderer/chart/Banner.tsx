import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Demographics, MaskedField } from '../../src-shared/contract/patients.ts';
import { nameText } from '../../src-shared/fhir/display.ts';
import type { PatientFacts } from '../../src-shared/fhir/patient-facts.ts';
import { copyClears } from '../copying.ts';
import { years } from '../find/names.ts';
import { isoToday } from '../find/today.ts';
import { Chip, CopyButton, useFormat, useHeadingFocus } from '../ui/index.ts';
import classes from './chart.module.css';
import { type AllergyState, type Item, reactionText } from './model/chart.ts';

/** Who the patient is, as far as the banner says it. */
export type Head = {
  readonly name: string;
  readonly former: readonly string[];
  readonly birthDate: string | null;
  readonly gender: string | null;
  /** Date, or true where only the fact is known. */
  readonly deceased: string | boolean;
  readonly identifiers: readonly { readonly label: string; readonly value: string }[];
};

const nameOf = (name: PatientFacts['names'][number] | undefined): string | undefined =>
  name === undefined ? undefined : nameText({ family: name.family, given: name.given, text: name.text });

export function headOfFacts(facts: PatientFacts): Head {
  const current = facts.names.find((name) => !name.former) ?? facts.names[0];
  const others = facts.names.filter((name) => name !== current && name.former);
  return {
    name: nameOf(current) ?? '',
    former: others.flatMap(
      (name) => nameOf({ ...name, given: name.family === current?.family ? name.given : [] }) ?? [],
    ),
    birthDate: facts.birthDate ?? null,
    gender: facts.gender ?? null,
    deceased: facts.deceased ?? false,
    identifiers: facts.identifiers.map(({ label, value }) => ({ label: label ?? '', value })),
  };
}

export function headOfDemographics(from: Demographics): Head {
  return {
    name: [from.family, from.given].filter(Boolean).join(', '),
    former: from.former === '' ? [] : [from.former],
    birthDate: from.birthDate,
    gender: from.gender,
    deceased: false,
    identifiers: from.identifiers,
  };
}

const sexes = ['male', 'female', 'other', 'unknown'] as const;

type Props = {
  readonly head: Head | null;
  /** What this session sees as dots. */
  readonly masked: readonly MaskedField[];
  /** Null where this user may not see allergies. */
  readonly allergies: AllergyState | null;
  readonly onAllergy: (item: Item) => void;
  readonly actions?: ReactNode;
  /** Across the whole width, below the rest: what must not be overlooked while it lasts. */
  readonly band?: ReactNode;
};

/** Always in the same place: who this is, what they react to, then flags and numbers, then the actions. */
export function Banner({ head, masked, allergies, onAllergy, actions, band }: Props) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // the window's title never names a patient
    document.title = `${t('windowTitle')} – Carekeep`;
  }, [t]);
  useHeadingFocus(heading, head !== null);
  if (head === null) return <header className={classes.banner} aria-busy="true" />;
  const until = typeof head.deceased === 'string' ? head.deceased.slice(0, 10) : isoToday();
  const age = years(head.birthDate, until);
  const sex = sexes.find((value) => value === head.gender);
  const meta = [
    head.birthDate === null ? t('birthDateUnknown') : t('born', { date: format.date(head.birthDate) }),
    age === null ? null : t('age', { count: age }),
    sex === undefined ? null : t(`sex.${sex}`),
  ];
  return (
    <header className={classes.banner}>
      <div className={classes.who}>
        <div className={classes.nameLine}>
          <h1 ref={heading} tabIndex={-1}>
            <bdi>{head.name === '' ? t('nameless') : head.name}</bdi>
          </h1>
          <span className={classes.meta}>{meta.filter((part) => part !== null).join(' · ')}</span>
          {head.deceased !== false && (
            <Chip tone="plain" sign="✝">
              {typeof head.deceased === 'string'
                ? t('deceasedOn', { date: format.date(head.deceased) })
                : t('deceased')}
            </Chip>
          )}
        </div>
        <div className={classes.flags}>
          {allergies !== null && <AllergyFlags state={allergies} onAllergy={onAllergy} />}
          {head.identifiers.slice(0, 3).map(({ label, value }) => (
            <Chip key={`${label} ${value}`}>
              <bdi {...copyClears}>
                {label === '' ? '' : `${label} `}
                {value}
              </bdi>
              {masked.includes('identifiers') ? (
                <span className="ck-hidden"> ({t('masked')})</span>
              ) : (
                <CopyButton name={label} value={value} />
              )}
            </Chip>
          ))}
          {head.former.map((name) => (
            <Chip key={name}>
              {t('formerName')} <bdi>{name}</bdi>
            </Chip>
          ))}
        </div>
      </div>
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      {band}
    </header>
  );
}

/** Red and first, or in words that nobody reacts to anything, or that nobody asked: three different things. */
function AllergyFlags({
  state,
  onAllergy,
}: {
  readonly state: AllergyState;
  readonly onAllergy: (item: Item) => void;
}) {
  const { t } = useTranslation('chart');
  switch (state.kind) {
    case 'allergies':
      return state.items.map((item) => {
        const reaction = reactionText(item);
        const year = item.facts.dateText?.slice(0, 4);
        const known = reaction === undefined ? item.title : `${item.title}: ${reaction}`;
        return (
          <button key={item.row.id} type="button" className={classes.allergy} onClick={() => onAllergy(item)}>
            <Chip tone="danger" sign="▲">
              <span className="ck-hidden">{t('allergy')}: </span>
              <bdi>
                {known}
                {year === undefined ? '' : `, ${year}`}
              </bdi>
            </Chip>
          </button>
        );
      });
    case 'none-known':
      return (
        <Chip tone="good" sign="✓">
          {t(`allergyState.${state.statement}`)}
        </Chip>
      );
    case 'not-asked':
      return (
        <Chip tone="warn" sign="?">
          {t('allergyState.not-asked')}
        </Chip>
      );
  }
}
