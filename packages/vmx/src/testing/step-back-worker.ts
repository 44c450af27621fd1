/** A thread that steps back and tells the nice values of the process' threads by name, before and after. */
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { stepBack, stepCompilersBack } from '../vmm/thread-priority.ts';

const priorities = (): [string, number][] => readdirSync('/proc/self/task').map((id) => [readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trimEnd(), getPriority(Number(id))]);

const before = priorities();
stepBack();
const after = priorities();
stepCompilersBack();
parentPort!.postMessage({ before, after, compilers: priorities() });
