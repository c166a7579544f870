import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { auditKinds } from '../../src-shared/contract/audit-events.ts';
import { useFormat } from '../ui/index.ts';
import classes from './audit.module.css';
import { type Chosen, nothingChosen, ranges, sameChoice } from './filter.ts';
import { PatientFilter } from './PatientFilter.tsx';
import { RangeFilter } from './RangeFilter.tsx';
import { useAuditWords } from './words.ts';

const outcomes = ['success', 'failure', 'denied'] as const;

type Named = { readonly id: string; readonly name: string };
type Props = {
  readonly chosen: Chosen;
  readonly people: readonly Named[];
  readonly devices: readonly Named[];
  readonly purposes: readonly string[];
  /** False for those who see only their own accesses: the person is then no choice. */
  readonly choosePerson: boolean;
  readonly choosePatient: boolean;
  readonly onChange: (chosen: Chosen) => void;
};

/** Filters as chips: each says what it lets through now. */
export function FilterChips(props: Props) {
  const { chosen, people, devices, purposes, choosePerson, choosePatient, onChange } = props;
  const { t } = useTranslation('audit');
  const format = useFormat();
  const words = useAuditWords();
  const changed = !sameChoice(chosen, nothingChosen);
  const rangeWord =
    chosen.range.kind === 'last'
      ? t(`range.${chosen.range.name}`)
      : chosen.range.from === chosen.range.to
        ? format.date(chosen.range.from)
        : t('range.days', { from: format.date(chosen.range.from), to: format.date(chosen.range.to) });
  return (
    <fieldset className={classes.filters} aria-label={t('filter.label')}>
      {choosePerson && (
        <Choice
          name={t('filter.person')}
          value={chosen.person?.name ?? t('filter.anyone')}
          set={chosen.person !== null}
          options={[
            {
              key: '',
              label: t('filter.anyone'),
              chosen: chosen.person === null,
              pick: () => onChange({ ...chosen, person: null }),
            },
            ...people.map((person) => ({
              key: person.id,
              label: person.name,
              chosen: chosen.person?.id === person.id,
              pick: () => onChange({ ...chosen, person }),
            })),
          ]}
        />
      )}
      {choosePatient && (
        <PatientFilter patient={chosen.patient} onChange={(patient) => onChange({ ...chosen, patient })} />
      )}
      <Choice
        name={t('filter.kind')}
        value={chosen.kind === null ? t('filter.allKinds') : t(`kind.${chosen.kind}`)}
        set={chosen.kind !== null}
        options={[null, ...auditKinds].map((kind) => ({
          key: kind ?? '',
          label: kind === null ? t('filter.allKinds') : t(`kind.${kind}`),
          chosen: chosen.kind === kind,
          pick: () => onChange({ ...chosen, kind }),
        }))}
      />
      <RangeFilter
        name={rangeWord}
        range={chosen.range}
        names={ranges}
        onChange={(range) => onChange({ ...chosen, range })}
      />
      <Choice
        name={t('filter.outcome')}
        value={chosen.outcome === null ? t('filter.any') : t(`outcome.${chosen.outcome}`)}
        set={chosen.outcome !== null}
        options={[null, ...outcomes].map((outcome) => ({
          key: outcome ?? '',
          label: outcome === null ? t('filter.any') : t(`outcome.${outcome}`),
          chosen: chosen.outcome === outcome,
          pick: () => onChange({ ...chosen, outcome }),
        }))}
      />
      {(devices.length > 1 || chosen.device !== null) && (
        <Choice
          name={t('filter.device')}
          value={chosen.device?.name ?? t('filter.any')}
          set={chosen.device !== null}
          options={[null, ...devices].map((device) => ({
            key: device?.id ?? '',
            label: device?.name ?? t('filter.any'),
            chosen: chosen.device?.id === device?.id,
            pick: () => onChange({ ...chosen, device }),
          }))}
        />
      )}
      <Choice
        name={t('filter.purpose')}
        value={chosen.purpose === null ? t('filter.any') : words.purpose(chosen.purpose)}
        set={chosen.purpose !== null}
        options={[null, ...purposes.filter((purpose) => purpose !== '')].map((purpose) => ({
          key: purpose ?? '',
          label: purpose === null ? t('filter.any') : words.purpose(purpose),
          chosen: chosen.purpose === purpose,
          pick: () => onChange({ ...chosen, purpose }),
        }))}
      />
      {changed && (
        <button type="button" className={classes.clear} onClick={() => onChange(nothingChosen)}>
          {t('filter.clear')}
        </button>
      )}
    </fieldset>
  );
}

type Option = { readonly key: string; readonly label: string; readonly chosen: boolean; readonly pick: () => void };
type ChoiceProps = {
  readonly name: string;
  readonly value: string;
  readonly set: boolean;
  readonly options: readonly Option[];
};

function Choice({ name, value, set, options }: ChoiceProps) {
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <button type="button" className={classes.chip} data-set={set || undefined}>
          {name}: <bdi>{value}</bdi>
        </button>
      </Menu.Target>
      <Menu.Dropdown mah={360} className={classes.menu}>
        {options.map((option) => (
          <Menu.Item
            key={option.key}
            onClick={option.pick}
            aria-current={option.chosen || undefined}
            fw={option.chosen ? 600 : 400}
          >
            <bdi>{option.label}</bdi>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
