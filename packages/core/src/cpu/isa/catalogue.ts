/** The catalogue of all handlers: one for each thread, which takes some 25 ms to make. */
import { opcodeMaps } from './maps.ts';
import { HandlerCatalogue } from './shapes.ts';

let made: HandlerCatalogue | undefined;

export const handlerCatalogue = (): HandlerCatalogue => (made ??= new HandlerCatalogue(Object.values(opcodeMaps)));
