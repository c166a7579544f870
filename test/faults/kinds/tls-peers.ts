/**
 * TLS peers that are wrong in one way each: clients against the backend, servers against the workstation, and processes
 * whose environment would have them trust or speak something else. Each is refused for its own reason, by name, and
 * right after it a good one is served.
 */
import { Broken, type Kind } from '../kind.ts';
import { caseOf } from '../prng.ts';
import { clientCases, type PeerCase } from '../tls-peers/clients.ts';
import { environmentCases } from '../tls-peers/environments.ts';
import { serverCases } from '../tls-peers/servers.ts';
import { goodPasses, openStage } from '../tls-peers/stage.ts';

const cases: readonly PeerCase[] = [...clientCases, ...serverCases, ...environmentCases];

const kind: Kind = {
  name: 'tls-peers',
  full: cases.length,
  run: async ({ seeds, trial, note }) => {
    const stage = await openStage();
    try {
      for (const seed of seeds) {
        await trial(
          seed,
          async () => {
            const one = cases[caseOf(seed, cases.length)];
            if (one === undefined) throw new Broken('no such case');
            try {
              await one.play(stage);
              await goodPasses(stage);
            } catch (error) {
              throw error instanceof Broken ? new Broken(`${one.name}: ${error.message}`) : error;
            }
          },
          { milliseconds: 60_000 },
        );
      }
      note(`${clientCases.length} clients, ${serverCases.length} servers, ${environmentCases.length} environments`);
    } finally {
      await stage.close();
    }
  },
};
export default kind;
