// Names of hook points, the places in a language model where autoencoders read: in the notation of TransformerLens, and
// in other notations in use.

const KINDS: [RegExp, string][] = [
  [/^(?:hook_)?resid_pre$/, 'hook_resid_pre'],
  [/^(?:hook_)?(?:resid_mid|resid_post_attn)$/, 'hook_resid_mid'],
  [/^(?:hook_)?(?:resid_post|resid_post_mlp|output)?$/, 'hook_resid_post'],
  [/^(?:hook_)?(?:attn_out|resid_delta_attn)$|^(?:attn|self_attn|attention)$/, 'hook_attn_out'],
  [/^(?:hook_)?(?:mlp_out|resid_delta_mlp)$|^mlp(?:\.hook_out)?$/, 'hook_mlp_out'],
  [/^post_feedforward_layernorm\.output$/, 'hook_mlp_out'],
  [/^post_attention_layernorm\.output$/, 'hook_attn_out'],
  [/^mlp\.hook_in$|^pre_feedforward_layernorm\.output$/, 'mlp.hook_in'],
];

/** `blocks.L.hook_…`; null if the name is not recognised. */
export function hookOf(name: string): string | null {
  if (/^(?:model\.)?embed_tokens$|^hook_embed$/.test(name)) return 'blocks.0.hook_resid_pre';
  const blocks = /^blocks\.(\d+)\.(.+)$/.exec(name);
  if (blocks) return `blocks.${blocks[1]}.${kindOf(blocks[2]!) ?? blocks[2]}`;
  const named = /^(.+?)_layer_?(\d+)$/.exec(name);
  if (named) return formatHook(named[2]!, named[1]!);
  // Modules as named by transformers: model.layers.12, transformer.h.3.mlp, gpt_neox.layers.1.output.
  const module =
    /^(?:model\.|transformer\.|gpt_neox\.|model\.language_model\.)?(?:layers|h)\.(\d+)(?:\.(.+))?$/;
  const found = module.exec(name);
  return found ? formatHook(found[1]!, found[2] ?? '') : null;
}

function formatHook(layer: string, kind: string): string | null {
  const known = kindOf(kind);
  return known === undefined ? null : `blocks.${layer}.${known}`;
}

function kindOf(kind: string): string | undefined {
  return KINDS.find(([pattern]) => pattern.test(kind))?.[1];
}

/** -1 if the hook names no layer. */
export function layerOf(hook: string): number {
  return Number(/^blocks\.(\d+)\./.exec(hook)?.[1] ?? -1);
}
