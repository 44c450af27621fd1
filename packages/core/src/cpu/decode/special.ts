/**
 * Handlers that belong to no opcode. They come first. Branch targets are entered through an entry record, which is `counted` and leads on to the decoded
 * instructions, or `translated`, and calls their region. `relookup` goes on at the next instruction wherever that is decoded now; `nextPage` looks at time before.
 * `across` leads to an instruction that reaches into the next page, if that is mapped as when it was decoded. `stale` was an instruction that has been written over.
 */
export const special = { microcode: 0, raise: 1, relookup: 2, link: 3, counted: 4, translated: 5, nextPage: 6, across: 7, stale: 8 } as const;
export const SPECIAL_COUNT = Object.keys(special).length;
