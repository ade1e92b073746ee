// Starts the program with demo data on a free port and a folder of its own.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/** The program under test. */
export const PROGRAM = process.env.XUEQUAN || join(root, 'target/debug/xuequan');

export const TODAY = '2026-11-22';

/** A port of this machine that nobody listens on. */
function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

/** Starts a server; `stop()` ends it and takes its data away. */
export async function startServer() {
  const data = await mkdtemp(join(tmpdir(), 'xuequan-e2e-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const options = ['serve', '--demo', '--today', TODAY, '--data', data, '--listen', `127.0.0.1:${port}`];
  // An empty PostgreSQL database in place of the built-in one, for journeys that start one server.
  const database = process.env.XUEQUAN_JOURNEY_DATABASE;
  if (database) options.push('--database', database);
  const child = spawn(PROGRAM, options, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const ended = new Promise((done) => child.once('exit', done));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  // A debug build makes the demo in some tens of seconds; a busy machine takes its time.
  for (let tries = 0; tries < 3000; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the server ended:\n${said}`);
    const ready = await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false);
    if (ready) return { url, stop, said: () => said };
    await new Promise((done) => setTimeout(done, 100));
  }
  await stop();
  throw new Error(`the server did not become ready:\n${said}`);
}
