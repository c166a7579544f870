/** Everything that the backend stores, logs and sends, and what the workstations log, searched for all that people typed. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logFolder } from '../../../src-main/logs/log.ts';
import { BackendProcess } from '../backend/process.ts';
import { until, type WorkstationHome } from '../backend/workstations.ts';
import { profileOf } from '../core/clinic.ts';
import { hold, type Kind } from '../kind.ts';
import { Marks, playDay } from '../plaintext/day.ts';
import { dumpOf } from '../plaintext/dump.ts';
import { type Hit, Scanner } from '../plaintext/scan.ts';

const said = (hits: readonly Hit[]): string =>
  hits
    .slice(0, 8)
    .map(({ marker, spelling, where }) => `${marker} (${spelling}) in ${where}`)
    .join('; ');

const logsOf = (...homes: readonly WorkstationHome[]): readonly string[] =>
  homes.map(({ home }) => logFolder(profileOf(home)));

/** A screen that breaks leaves a report beside the log: both are searched. */
async function provokeReports({ core }: WorkstationHome): Promise<void> {
  await core.demand('app.reportFault', { kind: 'exception', name: 'TypeError', code: null, at: null });
}

const kind: Kind = {
  name: 'plaintext',
  full: 10,
  run: async ({ seeds, scratch, trial, note }) => {
    for (const seed of seeds) {
      await trial(
        seed,
        async (random) => {
          const folder = join(scratch, String(seed));
          mkdirSync(folder);
          const wire = join(folder, 'wire');
          writeFileSync(wire, '');
          const backend = await BackendProcess.start({ folder: join(folder, 'backend'), record: wire });
          const marks = new Marks(random);
          const { one, two, visible } = await playDay(folder, backend, marks);
          try {
            // A workstation shows the backend its log's head once a minute: for that a short run has no time.
            if (seeds.length > 1) {
              const cosigned = async () => ((await dumpOf(backend.data)).tables.get('witness') ?? 0) > 0;
              await until('a head is cosigned', 90_000, cosigned);
            }
            const metrics = await backend.metrics();
            const { tables, text } = await dumpOf(backend.data);
            const clinic = /"clinic":"([0-9a-f-]{36})"/.exec(text)?.[1];
            hold(clinic !== undefined, 'the backend knows no clinic');
            await provokeReports(one);
            await provokeReports(two);
            await one.stop();
            await two.stop();
            await backend.stop();
            for (const logs of logsOf(one, two)) {
              const names = readdirSync(logs);
              hold(
                names.some((name) => name.endsWith('.jsonl')),
                'a workstation has no log',
              );
              hold(
                names.some((name) => name.startsWith('crash-')),
                'a workstation has no report',
              );
            }

            const markers = marks.all([...visible, clinic]);
            const scanner = new Scanner(markers);
            const sent = readFileSync(wire);
            hold(sent.includes('POST /v1/batches HTTP/1.1'), 'the recording holds no batches');
            hold(sent.includes('PUT /v1/blobs/'), 'the recording holds no chunks');
            for (const table of ['batch', 'slot', 'chunk', 'directory', 'device', 'certificate']) {
              hold((tables.get(table) ?? 0) > 0, `nothing stands in ${table}`);
            }
            const hits = [
              ...scanner.find(Buffer.from(text), 'a dump of all tables'),
              ...scanner.findInFolder(backend.data),
              ...scanner.find(readFileSync(backend.logFile), 'the log'),
              ...scanner.find(Buffer.from(metrics), 'the metrics'),
              ...scanner.find(sent, 'what went through its connections'),
              ...logsOf(one, two).flatMap((logs) => scanner.findInFolder(logs)),
            ];
            hold(hits.length === 0, () => `${hits.length} found: ${said(hits)}`);
            const megabytes = Math.round(scanner.bytes / 1024 / 1024);
            note(`seed ${seed}: ${markers.length} texts and ids in ${megabytes} MB, none found`);
            // The same search finds what the backend does see, and every text where it is written down.
            const seen = new Scanner([{ name: 'tenant', text: visible[0] ?? '' }]);
            hold(
              seen.find(Buffer.from(text), 'dump').length > 0 && seen.find(sent, 'wire').length > 0,
              'a blind search',
            );
            const spelled = Buffer.from(markers.map(({ text: one_ }) => one_).join('\n'));
            hold(
              new Set(scanner.find(spelled, 'here').map(({ marker }) => marker)).size >= 40,
              'the search finds nothing',
            );
          } finally {
            await one.stop();
            await two.stop();
            await backend.kill();
          }
        },
        { milliseconds: 240_000 },
      );
    }
  },
};
export default kind;
