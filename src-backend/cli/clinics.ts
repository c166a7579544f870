/** `clinic …`: made, listed, given a token or a quota, exported, deleted; beside the running server or without it. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { noteSigner } from '../../src-main/core/crypto/signed-note.ts';
import { limits } from '../../src-shared/sync-protocol/limits.ts';
import { openIdentity } from '../ca/folder.ts';
import { joinDatabase } from '../database.ts';
import { defaultQuota, type Operator, operatorOf } from '../operator.ts';
import { openStore } from '../store/open.ts';
import { clinicNames, noteClinic } from './clinic-names.ts';
import { folderOf, type Print, urlsOf } from './settings.ts';

const units: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** `50G`, `500M`, or bytes. */
export function bytesOf(text: string): number {
  const [, figure, unit = ''] = /^(\d{1,15})\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim()) ?? [];
  const bytes = Number(figure) * (units[unit.toUpperCase()] ?? Number.NaN);
  if (!Number.isSafeInteger(bytes) || bytes < 1) throw new InvalidArgumentError('a size is needed, such as 50G');
  return bytes;
}

export function sizeText(bytes: number): string {
  const [unit = '', size = 1] = Object.entries(units).findLast(([, one]) => bytes >= one) ?? [];
  return `${Math.round((bytes / size) * 10) / 10} ${unit === '' ? 'B' : `${unit}iB`}`;
}

function uuid(text: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) {
    throw new InvalidArgumentError('the id of a clinic is needed, as `clinic list` shows it');
  }
  return text;
}

type Settings = { data?: string };

async function asOperator<T>(settings: Settings, work: (operator: Operator, folder: string) => Promise<T>): Promise<T> {
  const folder = folderOf(settings.data);
  const { name, log } = await openIdentity(folder, Date.now());
  const database = await joinDatabase(folder, urlsOf(process.env));
  try {
    const signer = noteSigner(name, log.publicKey, log.privateKey);
    const opened = await openStore({ ...database, signer, connections: 2 });
    try {
      return await work(operatorOf(opened.operator, Date.now), folder);
    } finally {
      await opened.close();
    }
  } finally {
    await database.stop();
  }
}

export function clinicCommands(program: Command, print: Print): void {
  const clinic = program.command('clinic').description('make, list, limit, export and delete clinics');
  const settings = (): Settings => program.opts<Settings>();
  const tokenLines = (token: string): void => {
    print(`token   ${token}`);
    print(`The token connects one workstation, once, within ${limits.tokenDays} days, and is not shown again.`);
  };

  clinic
    .command('create')
    .description('make a clinic and its one-time token')
    .requiredOption('--name <name>', 'what you call it; noted on this machine alone')
    .option('--quota <size>', 'bytes it may keep', bytesOf, defaultQuota)
    .action(async ({ name, quota }: { name: string; quota: number }) => {
      const { tenant, token } = await asOperator(settings(), async (operator, folder) => {
        const made = await operator.create(quota);
        noteClinic(folder, made.tenant, name);
        return made;
      });
      print(`clinic  ${tenant}`);
      tokenLines(token);
    });

  clinic
    .command('list')
    .description('all clinics, what they keep and may keep')
    .action(async () => {
      const { all, names } = await asOperator(settings(), async (operator, folder) => {
        return { all: await operator.store.list(), names: clinicNames(folder) };
      });
      for (const { tenant, size, used, quota, clinic: bound } of all) {
        const state = bound === null ? 'not connected yet' : `${size} batches`;
        print(`${tenant}  ${sizeText(used)} of ${sizeText(quota)}  ${state}  ${names.get(tenant) ?? ''}`.trimEnd());
      }
      if (all.length === 0) print('No clinic yet: clinic create --name …');
    });

  clinic
    .command('quota')
    .description('how much a clinic may keep')
    .argument('<clinic>', 'its id', uuid)
    .argument('<size>', 'such as 100G', bytesOf)
    .action(async (tenant: string, size: number) => {
      await asOperator(settings(), (operator) => operator.store.setQuota(tenant, size));
      print(`${tenant} may keep ${sizeText(size)}.`);
    });

  clinic
    .command('token')
    .description(
      'another one-time token: for a workstation that came back by the recovery kit, or where the first one is used up',
    )
    .argument('<clinic>', 'its id', uuid)
    .action(async (tenant: string) => {
      tokenLines(await asOperator(settings(), (operator) => operator.token(tenant)));
    });

  clinic
    .command('export')
    .description('everything that is kept of a clinic, sealed as it is, as JSON lines')
    .argument('<clinic>', 'its id', uuid)
    .requiredOption('--to <file>', 'a new file')
    .action(async (tenant: string, { to }: { to: string }) => {
      const lines = await asOperator(settings(), (operator) => exportTo(operator, tenant, to));
      print(`${lines} rows in ${to}.`);
    });

  clinic
    .command('import')
    .description('bring an exported clinic back, here or on another backend; all of it or nothing')
    .requiredOption('--from <file>', 'what export wrote')
    .requiredOption('--name <name>', 'what you call it; noted on this machine alone')
    .action(async ({ from, name }: { from: string; name: string }) => {
      const tenant = await asOperator(settings(), async (operator, folder) => {
        const file = await open(from);
        try {
          const brought = await operator.store.import(file.readLines());
          noteClinic(folder, brought, name);
          return brought;
        } finally {
          await file.close();
        }
      });
      print(`clinic  ${tenant}`);
    });

  clinic
    .command('delete')
    .description('delete a clinic whole; there is no way back')
    .argument('<clinic>', 'its id', uuid)
    .option('--yes', 'really')
    .action(async (tenant: string, { yes }: { yes?: boolean }) => {
      if (yes !== true) program.error('nothing was deleted: say --yes, too');
      await asOperator(settings(), async (operator, folder) => {
        await operator.store.delete(tenant);
        noteClinic(folder, tenant, null);
      });
      print(`${tenant} is deleted.`);
    });
}

/** Into a new file for nobody else to read; none is left where it did not come to its end. */
async function exportTo(operator: Operator, tenant: string, file: string): Promise<number> {
  const handle = openSync(file, 'wx', 0o600);
  let lines = 0;
  let whole = false;
  try {
    for await (const line of operator.store.export(tenant)) {
      writeSync(handle, line);
      lines += 1;
    }
    whole = true;
    return lines;
  } finally {
    closeSync(handle);
    if (!whole) rmSync(file, { force: true });
  }
}
