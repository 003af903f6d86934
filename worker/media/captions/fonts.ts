// PLACEHOLDER by the lead so that the engine loads; CAPTIONS overwrites this file.
export const refuseUndrawable = (_texts: { text: string; about: string }[]): Promise<void> => Promise.resolve();
