/** `vmx-disk serve`. */
import { serveDisk } from '../nbd/server.ts';
import { readTlsFolder } from '../nbd/tls.ts';
import { diskCommand } from './command.ts';
import { invalidOption, OPEN_OPTIONS, openImage } from './image-options.ts';

export const serveCommand = diskCommand({
  name: 'serve',
  summary: 'serves a disk to NBD clients until it is interrupted',
  words: [{ placeholder: 'IMAGE', describe: 'the image', completes: 'file' }],
  options: {
    ...OPEN_OPTIONS,
    'nbd': { value: 'WHERE', describe: 'unix:PATH, HOST:PORT or :PORT; port 0 takes one that is free [default: :10809, from this machine only]' },
    'read-only': { short: 'r', describe: 'refuse to write' },
    'export-name': { short: 'x', value: 'NAME', describe: 'the name clients ask for; it is the default export, too' },
    'tls': { value: 'FOLDER', completes: 'folder', describe: 'speak TLS only, with server-cert.pem and server-key.pem; with ca-cert.pem, clients need certificates, too' },
    'max-connections': { short: 'e', value: 'N', describe: 'clients at a time [default: 16]' },
    'allow-remote': { describe: 'listen where other machines can connect' },
  },
  examples: ['vmx-disk serve disk.qcow2 --nbd unix:/run/disk.sock', 'vmx-disk serve -r disk.vmdk --nbd localhost:10809 --tls certificates'],
  notes: 'The location for clients is printed on standard error when they can connect. SIGINT and SIGTERM end it: requests under way are answered and the image is flushed.',
  run: async ({ options, words: [path] }, host) => {
    const most = options['max-connections'];
    if (most !== undefined && !/^[1-9]\d{0,3}$/.test(most)) throw invalidOption(`--max-connections ${most}: a number from 1 to 9999 is wanted`);
    await using disk = await openImage(path!, options, { readOnly: options['read-only'] });
    const server = await serveDisk(disk, {
      listen: options.nbd ?? ':10809', readOnly: options['read-only'], allowRemote: options['allow-remote'], signal: host.signal,
      onClientError: ({ message }) => void host.stderr.write(`vmx-disk: a client was left: ${message}\n`),
      ...(options['export-name'] === undefined ? {} : { name: options['export-name'] }),
      ...(most === undefined ? {} : { maxConnections: Number(most) }),
      ...(options.tls === undefined ? {} : { tls: await readTlsFolder(options.tls, 'server') }),
    });
    host.stderr.write(`vmx-disk: ${path} is at ${server.uri}\n`);
    await server.ended;
    return { value: { filename: path!, uri: server.uri }, text: () => '' };
  },
});
