/** Small named values of the database itself. */
import type { Database } from './connect.ts';

export function readMeta(db: Database, name: string): Buffer | undefined {
  return db.prepare<[string], { value: Buffer }>('select value from meta where name = ?').get(name)?.value;
}

export function writeMeta(db: Database, name: string, value: Buffer): void {
  db.prepare<[string, Buffer]>('insert or replace into meta (name, value) values (?, ?)').run(name, value);
}

/** A counter kept as text. */
export function readCount(db: Database, name: string): number {
  return Number(readMeta(db, name)?.toString('utf8') ?? '0');
}

export function addCount(db: Database, name: string, by: number): void {
  writeMeta(db, name, Buffer.from(String(readCount(db, name) + by), 'utf8'));
}
