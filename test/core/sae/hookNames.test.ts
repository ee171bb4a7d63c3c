// Names of hook points as published autoencoders have them.
import { expect, test } from 'vitest';
import { hookOf, layerOf } from '../../../src/core/sae/hookNames';

test.each([
  // TransformerLens, as SAELens writes it.
  ['blocks.7.hook_resid_pre', 'blocks.7.hook_resid_pre'],
  ['blocks.12.hook_resid_mid', 'blocks.12.hook_resid_mid'],
  ['blocks.0.hook_mlp_out', 'blocks.0.hook_mlp_out'],
  ['blocks.3.attn.hook_z', 'blocks.3.attn.hook_z'],
  ['blocks.3.mlp.hook_out', 'blocks.3.hook_mlp_out'],
  ['blocks.3.mlp.hook_in', 'blocks.3.mlp.hook_in'],
  ['hook_embed', 'blocks.0.hook_resid_pre'],
  // OpenAI's: by the place and the layer.
  ['resid_post_attn_layer_8', 'blocks.8.hook_resid_mid'],
  ['resid_post_mlp_layer8', 'blocks.8.hook_resid_post'],
  ['resid_delta_attn_layer_11', 'blocks.11.hook_attn_out'],
  ['resid_delta_mlp_layer_0', 'blocks.0.hook_mlp_out'],
  ['resid_post_layer_4', 'blocks.4.hook_resid_post'],
  ['attn_out_layer_4', 'blocks.4.hook_attn_out'],
  // Modules, as transformers names them.
  ['embed_tokens', 'blocks.0.hook_resid_pre'],
  ['model.embed_tokens', 'blocks.0.hook_resid_pre'],
  ['layers.2', 'blocks.2.hook_resid_post'],
  ['layers.2.mlp', 'blocks.2.hook_mlp_out'],
  ['model.layers.23', 'blocks.23.hook_resid_post'],
  ['model.layers.23.self_attn', 'blocks.23.hook_attn_out'],
  ['model.language_model.layers.5.output', 'blocks.5.hook_resid_post'],
  ['transformer.h.3.attn', 'blocks.3.hook_attn_out'],
  ['gpt_neox.layers.1.attention', 'blocks.1.hook_attn_out'],
  ['model.layers.9.post_feedforward_layernorm.output', 'blocks.9.hook_mlp_out'],
  ['model.layers.9.post_attention_layernorm.output', 'blocks.9.hook_attn_out'],
  ['model.layers.9.pre_feedforward_layernorm.output', 'blocks.9.mlp.hook_in'],
  // No names of hook points, though each has one in it.
  ['', null],
  ['x_embed_tokens', null],
  ['embed_tokens.weight', null],
  ['hook_embed.x', null],
  ['xblocks.3.hook_resid_pre', null],
  ['layers.x', null],
  ['my.model.layers.2', null],
  ['layers.2.mlp.down_proj', null],
  ['layers.2.x_mlp_out', null],
  ['layers.2.resid_pre.x', null],
  ['layers.2.xattn', null],
  ['layers.2.post_attention_layernorm.output.x', null],
  ['layers.2.xpre_feedforward_layernorm.output', null],
  ['query_layer_3', null],
  ['resid_post_layer_3b', null],
])('%s is %s', (name, hook) => expect(hookOf(name)).toBe(hook));

test('a name of a block that says no known place is kept', () => {
  for (const kind of [
    'attn_scores',
    'xmlp.hook_in',
    'mlp.hook_in.x',
    'xmlp',
    'mlpx',
    'hook_resid_postx',
    'x.resid_pre',
  ])
    expect(hookOf(`blocks.2.${kind}`)).toBe(`blocks.2.${kind}`);
});

test('the layer is that of the block', () => {
  expect(layerOf('blocks.12.hook_resid_pre')).toBe(12);
  expect(layerOf('blocks.0.x')).toBe(0);
  expect(['hook_embed', 'x.blocks.1.y', 'blocks.x.1.', 'blocks.1'].map(layerOf)).toEqual([
    -1, -1, -1, -1,
  ]);
});
