declare module 'pouchdb-core' {
  import type { PouchDatabase } from './open.ts';

  interface Pouch {
    plugin(plugin: unknown): Pouch;
    new (folder: string, options: { readonly adapter: 'leveldb' }): PouchDatabase;
  }
  const Pouch: Pouch;
  export default Pouch;
}
declare module 'pouchdb-adapter-leveldb';
declare module 'pouchdb-find';
