// The value of a setting: VS Code gives what the settings file has, whatever the manifest allows.

/** What the manifest says of a setting. */
export interface SettingSchema {
  readonly type: string;
  /** `machine`: the user's own value alone counts. */
  readonly scope?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

/** The nearest number that is allowed; `fallback` for anything else that is not. */
export function settingValue<T>(given: unknown, schema: SettingSchema, fallback: T): T {
  const { type, enum: choices, exclusiveMinimum } = schema;
  if (type === 'number' || type === 'integer') {
    if (typeof given !== 'number' || !Number.isFinite(given)) return fallback;
    if (exclusiveMinimum !== undefined && given <= exclusiveMinimum) return fallback;
    const most = Math.min(schema.maximum ?? Infinity, Number.MAX_SAFE_INTEGER);
    const within = Math.min(most, Math.max(schema.minimum ?? -Infinity, given));
    return (type === 'integer' ? Math.round(within) : within) as T;
  }
  if (choices) return (choices.includes(given) ? given : fallback) as T;
  if (type === 'array') {
    const isList = Array.isArray(given) && given.every(each => typeof each === 'string');
    return (isList ? given : fallback) as T;
  }
  return (typeof given === type ? given : fallback) as T;
}
