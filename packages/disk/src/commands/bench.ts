/** `vmx-disk bench`: qemu-img's words. */
import { benchDisk } from '../operations/bench.ts';
import { diskCommand } from './command.ts';
import { OPEN_OPTIONS, openImage, PROGRESS_OPTIONS } from './image-options.ts';
import { withProgress } from './progress.ts';
import { readCount, readSize } from './size-text.ts';

export const benchCommand = diskCommand({
  name: 'bench',
  summary: 'measures how fast an image is read or written',
  words: [{ placeholder: 'IMAGE', describe: 'the image; with --write its contents are lost', completes: 'file' }],
  options: {
    ...OPEN_OPTIONS,
    ...PROGRESS_OPTIONS,
    count: { short: 'c', value: 'COUNT', describe: 'requests in all [default: 75000]' },
    depth: { short: 'd', value: 'DEPTH', describe: 'requests under way at once [default: 64]' },
    'buffer-size': { short: 's', value: 'SIZE', describe: 'of a request [default: 4096]' },
    'step-size': { short: 'S', value: 'SIZE', describe: 'from one request to the next [default: the size of a request]' },
    offset: { short: 'o', value: 'OFFSET', describe: 'of the first request' },
    random: { describe: 'requests in random order' },
    write: { short: 'w', describe: 'write instead of read' },
    pattern: { value: 'BYTE', describe: 'what is written [default: 0]' },
    'flush-interval': { value: 'COUNT', describe: 'flush after each COUNT writes [default: never]' },
    'no-drain': { describe: 'understood, without effect', isIgnored: true },
    native: { short: 'n', describe: 'understood, without effect', isIgnored: true },
    aio: { short: 'i', value: 'MODE', describe: 'understood, without effect', isIgnored: true },
  },
  examples: ['vmx-disk bench -c 100000 --random disk.qcow2', 'vmx-disk bench -w -s 64K -d 8 scratch.qcow2'],
  run: async ({ options, words }, host) => {
    const isWrite = options.write;
    const bufferBytes = readSize('--buffer-size', options['buffer-size'] ?? '4096');
    const stepBytes = options['step-size'] === undefined || options['step-size'] === '0' ? bufferBytes : readSize('--step-size', options['step-size']);
    const request = {
      bufferBytes, stepBytes, isWrite, requests: readCount('--count', options.count ?? '75000', 1), depth: readCount('--depth', options.depth ?? '64', 1),
      offset: readSize('--offset', options.offset ?? '0'), isRandom: options.random, pattern: readCount('--pattern', options.pattern ?? '0') & 0xff, flushInterval: readCount('--flush-interval', options['flush-interval'] ?? '0'),
    };
    await using disk = await openImage(words[0]!, options, { readOnly: !isWrite });
    const { requests, bytes, elapsedMs } = await withProgress(host, options, 'bench', (onProgress) => benchDisk(disk, { ...request, onProgress, signal: host.signal }));
    const seconds = elapsedMs / 1000;
    return {
      value: { requests, bytes, seconds, 'requests-per-second': Math.round(requests / seconds), 'bytes-per-second': Math.round(bytes / seconds) },
      text: () => [
        `Sending ${requests} ${isWrite ? 'write' : 'read'} requests, ${bufferBytes} bytes each, ${request.depth} in parallel (${request.isRandom ? 'in random order' : `starting at offset ${request.offset}, step size ${stepBytes}`})`,
        `Run completed in ${seconds.toFixed(3)} seconds: ${Math.round(requests / seconds)} requests/s, ${(bytes / seconds / 1e6).toFixed(1)} MB/s.`,
      ].join('\n'),
    };
  },
});
