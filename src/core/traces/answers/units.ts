// Units of measurement under their usual names. Other words after a number (12 apples) are not compared.

const NAMES = `mm millimeter millimeters millimetre millimetres
cm centimeter centimeters centimetre centimetres
m meter meters metre metres
km kilometer kilometers kilometre kilometres
in inch inches
ft foot feet
yd yard yards
mi mile miles
mg milligram milligrams
g gram grams
kg kilogram kilograms
oz ounce ounces
lb lbs pound pounds
ml milliliter milliliters
l liter liters litre litres
s sec secs second seconds
min mins minute minutes
h hr hrs hour hours
day days
week weeks
month months
yr yrs year years
cent cents
dollar dollars usd`;

/** By name, in small letters: one name for each unit. */
export const UNITS: ReadonlyMap<string, string> = new Map(
  NAMES.split('\n').flatMap(line => {
    const names = line.split(' ');
    return names.map(name => [name, names[0]!] as const);
  }),
);

/** Whether both are units that are known, and not the same one. */
export function unitsDiffer(one: string, other: string): boolean {
  const [a, b] = [one, other].map(unit => UNITS.get(unit.toLowerCase().replace(/\.$/, '')));
  return a !== undefined && b !== undefined && a !== b;
}
