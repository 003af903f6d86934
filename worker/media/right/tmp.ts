import { testClips } from '../testing/clips.ts';
import { attacks, dayLie, tableBomb, tenHours } from './attacks.ts';
import { measure } from '../bench/measure.ts';
const c = testClips();
const list = [...attacks(c), ...(['stts','ctts','stsc','elst'] as const).map((t)=>({what:t, path: tableBomb(c,t)})), {what:'ten', path: tenHours(c)}, {what:'lie', path: dayLie(c)}];
for (const {what, path} of list) {
 const r = await measure(['timeout','25',process.execPath, import.meta.dirname+'/besieged.ts', c.folder+'/cache', c.folder+'/f.mp4', path], c.folder);
 const s = r.stdout ? JSON.parse(r.stdout) : null;
 console.log(what, '|', r.exitCode, Math.round(r.peakBytes/1048576)+'MB', s ? `${s.probe.code} ${s.probe.message} ${Math.round(s.probe.milliseconds)} | ${s.stitch.code} ${s.stitch.message} ${Math.round(s.stitch.milliseconds)}` : r.stderr.slice(-300));
}
c.remove();
