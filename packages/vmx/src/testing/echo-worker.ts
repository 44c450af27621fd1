/** A VMM worker around the EchoMachine; its greeting is the kernel image's text. */
import { errorDetails, serveWorker } from '../vmm/worker-protocol.ts';
import { EchoMachine } from './echo-machine.ts';

serveWorker((spec, output) => new EchoMachine(output, new TextDecoder().decode(spec.images.kernel?.bytes)), errorDetails);
