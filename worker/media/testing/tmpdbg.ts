import { testClips } from './clips.ts';
import { openTools } from '../ffmpeg.ts';
import { openTestMedia, stitchTest } from './engine.ts';
import { asFault } from '../../base/errors.ts';
const c = testClips();
const m = await openTestMedia(c.folder, process.argv[2] as 'auto');
try { const r = await stitchTest(m, c.folder, [{path:c.path('n24'), chapter: 'one'}, {path: c.path('n49'), text: 'hello', chapter: 'two'}], {captions:{mode: process.argv[3] as 'burned'}});
console.log(r.out, r.report.frames);
const { execSync } = await import('node:child_process');
console.log(execSync(`ffprobe -v error -show_chapters -show_entries stream=index,id,codec_type,codec_tag_string -of compact ${r.out} 2>&1; cp ${r.out} /tmp/tt/`, {encoding:'utf8'}));
} catch (e) { console.log(asFault(e).message, asFault(e).cause); }
c.remove();
