declare module 'pouchdb-core' {
  import type { PouchDatabase } from './open.ts';

  interface Pouch {
    plugin(plugin: unknown): Pouch;
    defaults(options: { readonly prefix: string; readonly adapter: 'leveldb' }): Pouch;
    new (folder: string, options?: { readonly adapter: 'leveldb' | 'http' }): PouchDatabase;
  }
  const Pouch: Pouch;
  export default Pouch;
}
declare module 'pouchdb-adapter-http';
declare module 'pouchdb-adapter-leveldb';
declare module 'pouchdb-find';
declare module 'pouchdb-mapreduce';
declare module 'pouchdb-replication';
declare module 'express-pouchdb' {
  import type Pouch from 'pouchdb-core';

  /** An express application over every database of this PouchDB. */
  export default function server(pouch: typeof Pouch, options: object): unknown;
}
declare module 'express' {
  import type { Server } from 'node:http';

  interface Application {
    use(path: string, application: unknown): void;
    listen(port: number, host: string, ready: () => void): Server;
  }
  export default function express(): Application;
}
