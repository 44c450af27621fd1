import { expect, it } from 'vitest';
import { figuresOf, numbersOf, translatorTable } from './translator-figures.ts';

const translation = {
  regionsMade: 10, regionsAlive: 4, regionsReplaced: 0, regionsDiscarded: 6, regionsEvicted: 0, instructionsTranslated: 200, codeBytes: 8000, heldBytes: 9000, generateMs: 1, compileMs: 3, modules: 2,
  instructionsInRegions: 75, returns: { lookup: 1, exit: 2, fault: 3, interpret: 4 },
};

it("takes the numbers of the machine's statistics by their names, and what follows from them", () => {
  const figures = figuresOf({ translation, instructions: 100, guestMs: 5 })!;
  expect(figures.get('in regions, %')).toBe(75);
  expect(figures.get('instructions a region')).toBe(20);
  expect(figures.get('code bytes a region')).toBe(2000);
  expect(figures.get('µs to compile an instruction')).toBe(15);
  expect(figures.get('returns fault')).toBe(3);
  // nothing alive: no bytes a region
  expect(figuresOf({ translation: { ...translation, regionsAlive: 0, codeBytes: 0 }, instructions: 100, guestMs: 5 })!.has('code bytes a region')).toBe(false);
  expect(numbersOf({ name: 'no number', deep: { er: 1 } })).toEqual([['deep er', 1]]);
});

it('has no figures of a machine that only interprets', () => {
  expect(figuresOf({ instructions: 1, guestMs: 1 })).toBeUndefined();
});

it('has a column for each time', () => {
  const columns = [{ heading: 'boot', values: new Map([['modules', 12_345], ['share', 99.25]]) }, { heading: 'later', values: new Map([['share', 5]]) }];
  expect(translatorTable(columns).split('\n')).toEqual(['translator    boot  later', 'modules     12,345      –', 'share         99.3      5']);
});
