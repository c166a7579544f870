/** A process that fetches one package, so that it can be killed at any moment. */
import { fetchPackage } from '../../../src-main/update/fetch-package.ts';
import { openSource } from '../../../src-main/update/open-source.ts';

const [address = '', ca = '', path = '', sha512 = '', length = '', to = ''] = process.argv.slice(2);
const source = await openSource(address, { proxy: 'none', ...(ca !== '' && { ca }) });
const signal = new AbortController().signal;
process.send?.('ready');
await fetchPackage({
  source,
  found: { path, sha512, length: Number(length) },
  to,
  signal,
  progress: (done) => process.send?.(done),
});
await source.close();
process.disconnect?.();
