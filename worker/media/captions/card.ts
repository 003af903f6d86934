// PLACEHOLDER by the lead so that the engine loads; CAPTIONS overwrites this file.
import type { TitleCard } from '../../contract/look.ts';
export const cardAss = (_card: TitleCard, _picture: { width: number; height: number }): string => '[Script Info]\n';
