// Whatever a settings file has, a setting's value is one that the manifest allows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settingValue, type SettingSchema } from '../../src/core/settingValue';
import { root } from '../support/paths';

type Property = SettingSchema & { default: unknown; scope?: string };
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  contributes: { configuration: { properties: Record<string, Property> }[] };
};
const properties = manifest.contributes.configuration.flatMap(({ properties }) =>
  Object.entries(properties),
);
const numbers = [-1e300, -1, -0.5, 0, 1e-9, 0.5, 1, 3.7, 1e6, 1e300];
const others = [NaN, Infinity, '', 'x', '5', null, undefined, true, [], [1], {}, { length: 1 }];

test.each(properties)('%s', (_, schema) => {
  expect(settingValue(schema.default, schema, 'no')).toEqual(schema.default);
  for (const given of [...numbers, ...others]) {
    const value = settingValue(given, schema, schema.default);
    if (schema.type === 'number' || schema.type === 'integer') {
      expect(typeof value).toBe('number');
      expect(value).toBeGreaterThanOrEqual(schema.minimum ?? schema.exclusiveMinimum!);
      if (schema.exclusiveMinimum !== undefined) expect(value).not.toBe(schema.exclusiveMinimum);
      expect(value).toBeLessThanOrEqual(schema.maximum ?? Number.MAX_SAFE_INTEGER);
      if (schema.type === 'integer') expect(Number.isInteger(value)).toBe(true);
    } else if (schema.enum) {
      expect(schema.enum).toContain(value);
    } else if (schema.type === 'array') {
      expect((value as unknown[]).every(each => typeof each === 'string')).toBe(true);
    } else {
      expect(typeof value).toBe(schema.type);
    }
  }
});

test('an untrusted workspace sets no path, program or pattern', () => {
  const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
  const named = properties.filter(([id]) =>
    /\.(?:folder|gateFolder|tokenizer|autoencoder|positive|negative|checker|\w*[pP]attern)$/.test(
      id,
    ),
  );
  expect(named.length).toBeGreaterThanOrEqual(8);
  for (const [id] of named) expect(restricted).toContain(id);
});
