import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { schemaSettings } from './schema-settings.ts';

describe('schemaSettings', () => {
  it('lists the values of all sections by path, without constants and tuples', () => {
    const schema = z.strictObject({
      seed: z.int().default(1).describe('the seed'),
      trainer: z
        .strictObject({ epochs: z.int().min(1).default(3), fixed: z.literal(0) })
        .default({ epochs: 3, fixed: 0 }),
      pair: z.tuple([z.int(), z.int()]),
      names: z.array(z.string()).optional(),
    });
    const settings = schemaSettings(schema);
    expect(settings.map(({ path }) => path)).toEqual(['seed', 'trainer.epochs', 'names']);
    expect(settings[0]!.schema).toMatchObject({ type: 'integer', default: 1, description: 'the seed' });
  });

  it('merges the alternatives of a section and keeps which kinds have a setting', () => {
    const schema = z.strictObject({
      network: z
        .discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('a'), size: z.int().default(1), same: z.boolean().default(false) }),
          z.strictObject({
            kind: z.literal('b'),
            size: z.int().default(2),
            same: z.boolean().default(false),
            own: z.int(),
          }),
        ])
        .default({ kind: 'b', size: 2, same: false, own: 1 }),
    });
    expect(schemaSettings(schema)).toMatchObject([
      { path: 'network.kind', schema: { enum: ['a', 'b'], default: 'b' } },
      {
        path: 'network.size',
        kinds: [
          { kind: 'a', default: 1 },
          { kind: 'b', default: 2 },
        ],
      },
      expect.not.objectContaining({ kinds: expect.anything() }),
      { path: 'network.own', kinds: [{ kind: 'b', default: undefined }] },
    ]);
  });

  it('has no choice of kind where there is one', () => {
    const one = z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('a'), size: z.int() })]);
    expect(schemaSettings(z.strictObject({ model: one })).map(({ path }) => path)).toEqual(['model.size']);
  });
});
