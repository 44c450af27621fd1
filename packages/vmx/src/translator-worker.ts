/** The translator's thread: makes WebAssembly of a guest's hot code. Started by vmm/translator-owner.ts. */
import { generateRegions, handlersByNumber } from '@worldswitch/core/translator';
import { serveTranslator } from './vmm/translator-thread.ts';

serveTranslator(generateRegions, handlersByNumber);
