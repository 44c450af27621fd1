/** The VMM's thread: runs a PC of packages/core until its end. Started by vm.ts. */
import { preparePc } from '@worldswitch/core';
import { buildPc, coreErrorDetails } from './vmm/core-machine.ts';
import { serveWorker } from './vmm/worker-protocol.ts';

serveWorker(buildPc, coreErrorDetails, preparePc);
