import { useFormat } from './format.ts';

/** A clinical date (FHIR text, full or partial) or an instant (ms), in the user's language. */
export function DateText(props: { readonly date: string } | { readonly at: number; readonly withTime?: boolean }) {
  const format = useFormat();
  if ('date' in props) return <time dateTime={props.date}>{format.date(props.date)}</time>;
  const iso = new Date(props.at).toISOString();
  return <time dateTime={iso}>{props.withTime === false ? format.date(iso) : format.dateTime(props.at)}</time>;
}
