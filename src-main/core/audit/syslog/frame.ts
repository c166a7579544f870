/** RFC 5424 messages in RFC 5425 frames: `MSG-LEN SP SYSLOG-MSG`. */

/** Security and authorization messages. */
const facility = 10;
/** Documentation's own number (RFC 5612): Carekeep has none of its own yet. */
export const structuredDataId = 'carekeep@32473';

export type SyslogMessage = {
  /** 5 notice, 4 warning, 3 error. */
  readonly severity: 3 | 4 | 5;
  /** Milliseconds since the epoch; null where it is not known. */
  readonly time: number | null;
  readonly hostName: string;
  readonly messageId: string;
  /** Names are ours; values may be anything. */
  readonly data: Readonly<Record<string, string | number>>;
  readonly text: string;
};

const bom = '\ufeff';

/** Printable ASCII without spaces (RFC 5424 §6), at most so many; `-` where nothing is left. */
function headerField(value: string, most: number): string {
  return value.replace(/[^!-~]/g, '').slice(0, most) || '-';
}

function dataValue(value: string | number): string {
  return String(value)
    .toWellFormed()
    .replace(/["\\\]]/g, '\\$&');
}

/** The largest time that a date can tell. */
const endOfTime = 253_402_300_799_999;

/** RFC 3339 in UTC. */
export function timestamp(time: number): string {
  return new Date(Math.min(time, endOfTime)).toISOString();
}

/** One message as it goes over the wire. */
export function frame({ severity, time, hostName, messageId, data, text }: SyslogMessage): Buffer {
  const params = Object.entries(data).map(([name, value]) => ` ${name}="${dataValue(value)}"`);
  const header = [
    `<${facility * 8 + severity}>1`,
    time === null ? '-' : timestamp(time),
    headerField(hostName, 255),
    'carekeep',
    '-',
    headerField(messageId, 32),
    `[${structuredDataId}${params.join('')}]`,
  ].join(' ');
  const message = Buffer.from(text === '' ? header : `${header} ${bom}${text}`, 'utf8');
  return Buffer.concat([Buffer.from(`${message.length} `, 'latin1'), message]);
}
