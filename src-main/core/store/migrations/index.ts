/** All migrations in order. A file is never changed once a release carried it; `user_version` says how far a database is. */
import { record } from './001-record.ts';
import { review } from './002-review.ts';
import { access } from './003-access.ts';
import { request } from './004-request.ts';
import { audit } from './005-audit.ts';
import { sync } from './006-sync.ts';

export type Migration = { readonly version: number; readonly name: string; readonly sql: string };

export const migrations: readonly Migration[] = [record, review, access, request, audit, sync];
export const newestVersion = migrations.length;
