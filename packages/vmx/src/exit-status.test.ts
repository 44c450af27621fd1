import { describe, expect, it } from 'vitest';
import { debugExitStatus, errorStatus, signalStatus, toExit, withoutAwaitedText } from './exit-status.ts';

describe('exit status', () => {
  it.each([[0, 1], [1, 3], [0x10, 33], [0x7f, 255], [0x80, 1]])('isa-debug-exit %d gives %d', (value, status) => {
    expect(debugExitStatus(value)).toBe(status);
    expect(toExit('debug-exit', value).status).toBe(status);
  });

  it.each([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const)('%s gives %d', (signal, status) => {
    expect(signalStatus(signal)).toBe(status);
  });

  it('tells a wrong command line from our failure', () => {
    expect(errorStatus('usage')).toBe(2);
    for (const kind of ['not-found', 'corrupt', 'unsupported', 'io', 'range', 'internal'] as const) expect(errorStatus(kind)).toBe(125);
  });

  it('is 0 for power-off, 124 for a timeout, 1 for a triple fault', () => {
    expect(toExit('power-off').status).toBe(0);
    expect(toExit('quit').status).toBe(0);
    expect(toExit('timeout').status).toBe(124);
    expect(toExit('triple-fault').status).toBe(1);
  });

  it('is 1 when the guest ends while --exit-on still waits, but keeps the status of a test device, a timeout and a stop', () => {
    for (const reason of ['power-off', 'reset', 'triple-fault'] as const) expect(withoutAwaitedText(toExit(reason)).status).toBe(1);
    expect(withoutAwaitedText(toExit('debug-exit', 3)).status).toBe(7);
    expect(withoutAwaitedText(toExit('timeout')).status).toBe(124);
    expect(withoutAwaitedText(toExit('quit')).status).toBe(0);
  });
});
