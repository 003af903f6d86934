// PLACEHOLDER by the lead so that the engine loads; CAPTIONS overwrites this file.
import type { Cue } from './cues.ts';
export const srtOf = (_cues: Cue[]): string => '1\n00:00:00,000 --> 00:00:01,000\nplaceholder\n\n';
