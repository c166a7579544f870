/** PouchDB-server as HospitalRun ran it: express-pouchdb over leveldb. Counts what goes through its sockets. */
import type { Socket } from 'node:net';
import express from 'express';
import server from 'express-pouchdb';
import leveldb from 'pouchdb-adapter-leveldb';
import Pouch from 'pouchdb-core';
import find from 'pouchdb-find';
import mapreduce from 'pouchdb-mapreduce';
import replication from 'pouchdb-replication';
import { z } from 'zod';

const order = z.strictObject({ folder: z.string() });
const asked = z.literal('bytes');

process.once('disconnect', () => process.exit(0));
process.once('message', (message) => {
  const { folder } = order.parse(message);
  process.chdir(folder);
  Pouch.plugin(leveldb).plugin(find).plugin(mapreduce).plugin(replication);
  const databases = Pouch.defaults({ prefix: `${folder}/`, adapter: 'leveldb' });
  const application = express();
  application.use('/', server(databases, { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: '/dev/null' }));
  const open = new Set<Socket>();
  let gone = 0;
  const through = (socket: Socket): number => socket.bytesRead + socket.bytesWritten;
  const http = application.listen(0, '127.0.0.1', () => {
    const address = http.address();
    if (typeof address === 'object') process.send?.({ port: address?.port });
  });
  http.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      gone += through(socket);
    });
  });
  process.on('message', (next) => {
    asked.parse(next);
    process.send?.({ bytes: [...open].reduce((sum, socket) => sum + through(socket), gone) });
  });
});
