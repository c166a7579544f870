/**
 * When each entry of a chunk was recorded: the difference to the entry before, zigzag and seven bits a byte. Mostly two
 * or three bytes an entry, and a filter by time needs to read no entry.
 */
import { chunkSize } from './bitmap.ts';

/** Later than any clock that a filter can name; sums of two stay whole numbers. */
const latest = 2 ** 51;

/** Milliseconds by place in the chunk; a place without an entry has whatever the one before has. */
export type Times = Float64Array<ArrayBuffer>;

export function unpackTimes(packed: Buffer): Times {
  const times = new Float64Array(chunkSize);
  let at = 0;
  let time = 0;
  for (let place = 0; place < chunkSize; place += 1) {
    let value = 0;
    for (let scale = 1; at < packed.length; scale *= 128) {
      const byte = packed[at] ?? 0;
      at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) break;
    }
    time += value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    times[place] = time;
  }
  return times;
}

/** @param count how many places are known; those behind are left out */
export function packTimes(times: Times, count: number): Buffer {
  const bytes: number[] = [];
  let before = 0;
  for (let place = 0; place < count; place += 1) {
    const time = times[place] ?? 0;
    const step = time - before;
    let value = step >= 0 ? step * 2 : -step * 2 - 1;
    while (value >= 128) {
      bytes.push((value % 128) + 128);
      value = Math.floor(value / 128);
    }
    bytes.push(value);
    before = time;
  }
  return Buffer.from(bytes);
}

/** A time as it is kept. */
export const timeKept = (recorded: number): number => Math.min(recorded, latest);

/** Sets the time of a place, and of all behind it, which are not known yet. */
export function setTime(times: Times, place: number, recorded: number): void {
  times.fill(timeKept(recorded), place);
}
