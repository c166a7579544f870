/** `node --import test/host/register.ts out/main/index.js`: the built bundle, with `electron` resolved to the host. */
import { registerHooks } from 'node:module';

const host = new URL('./electron.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: host, shortCircuit: true } : next(specifier, context),
});
