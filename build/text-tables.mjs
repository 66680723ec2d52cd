// Makes the tables of text from their sources, or compares them:   node build/text-tables.mjs [--check] [canonical.txt]
//
//   src/Mingjian.Primitives/Text/canonical.txt   canonical decompositions, combining classes, radicals   Debian package unicode-data
//   src/Mingjian.Collation/pinyin.txt            readings and their order, readings of surnames          npm pinyin-pro, Unihan
//   src/Mingjian.Collation/strokes.txt           order of strokes                                        npm cnchar-order, Unihan
//
// The tables are committed: a build must need neither a network nor a Debian package. The npm packages are fetched to artifacts/npm once
// and held to their SHA-512. A test compares the tables with their sources where those are installed (TextTableSourceTests).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const unicode = '/usr/share/unicode';
const npm = join(root, 'artifacts', 'npm');
const packages = {
  'pinyin-pro': ['3.29.4', 'SPXpDT2cHEy+d26V1RXYMlVzXN42hotFAak1fzyWPi4o2dKXb61UqD4pzxDJHwk6gbv8vQ6EfErd+hYX0Qhzug=='],
  'cnchar-order': ['3.2.6', 'xeW1MnQk9GLW9rOvgTtBLl9amyJ0MBKAuXGgbiAwC/n1MRLoxW4ZnjPL+isVsi0rV3QXlbiDQQKAnL6TsJNLhA=='],
};

const lines = name => (existsSync(join(unicode, name))
  ? readFileSync(join(unicode, name), 'utf8')
  : execFileSync('bzcat', [join(unicode, name + '.bz2')], { maxBuffer: 1 << 28, encoding: 'utf8' })).split('\n');
const fields = name => lines(name).map(l => l.replace(/#.*/, '').trim()).filter(l => l).map(l => l.split(';').map(f => f.trim()));
const span = text => { const [a, b] = text.split('..').map(h => parseInt(h, 16)); return [a, b ?? a]; };
const hex = value => value.toString(16).toUpperCase().padStart(4, '0');

function fetched(name) {
  const [version, sha512] = packages[name];
  const folder = join(npm, `${name}-${version}`);
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    execFileSync('npm', ['pack', '--silent', `${name}@${version}`], { cwd: folder });
    const archive = join(folder, `${name}-${version}.tgz`);
    if (createHash('sha512').update(readFileSync(archive)).digest('base64') !== sha512) {
      throw new Error(`${name} ${version} is not the package that these tables were made from.`);
    }
    execFileSync('tar', ['-xzf', archive], { cwd: folder });
  }
  return join(folder, 'package');
}

const comment = text => text.trimEnd().split('\n').map(l => ('# ' + l).trimEnd()).join('\n');
const licence = name => comment(`${name} ${packages[name][0]}\n` + readFileSync(join(fetched(name), 'LICENSE'), 'utf8').replace(/\r/g, ''));
const unihanNotice = comment('Unicode Character Database 15.0.0, © 2022 Unicode®, Inc. Terms of use: https://www.unicode.org/terms_of_use.html');

// Lines of at most `width` items.
function wrapped(items, width) {
  const out = [];
  for (let i = 0; i < items.length; i += width) out.push(items.slice(i, i + width).join(' '));
  return out;
}

function canonical() {
  const decompositions = new Map();
  const classes = new Map();
  for (const [code, , , ccc, , mapping] of lines('UnicodeData.txt').filter(l => l).map(l => l.split(';'))) {
    const point = parseInt(code, 16);
    if (ccc !== '0') classes.set(point, Number(ccc));
    if (mapping && !mapping.startsWith('<')) decompositions.set(point, mapping.split(' ').map(h => hex(parseInt(h, 16))).join('+'));
  }

  const runs = [];
  for (const [point, mapping] of [...decompositions].sort((a, b) => a[0] - b[0])) {
    const last = runs.at(-1);
    if (last && last.start + last.items.length === point && last.items.length < 16) last.items.push(mapping);
    else runs.push({ start: point, items: [mapping] });
  }

  const ranges = [];
  for (const [point, ccc] of [...classes].sort((a, b) => a[0] - b[0])) {
    const last = ranges.at(-1);
    if (last && last.end + 1 === point && last.ccc === ccc) last.end = point;
    else ranges.push({ start: point, end: point, ccc });
  }

  const exclusions = fields('CompositionExclusions.txt').flatMap(([f]) => { const [a, b] = span(f); return Array.from({ length: b - a + 1 }, (_, i) => hex(a + i)); });
  const radicals = fields('EquivalentUnifiedIdeograph.txt').flatMap(([f, to]) => {
    const [a, b] = span(f);
    return a >= 0x2E80 && b <= 0x2FDF ? Array.from({ length: b - a + 1 }, (_, i) => `${hex(a + i)}=${hex(parseInt(to, 16))}`) : [];
  });
  return [
    '# Canonical decompositions, combining classes and radicals, made by build/text-tables.mjs. Numbers are hexadecimal but for the classes.',
    unihanNotice,
    '[decomposition] # first code point: what it and those after it decompose to',
    ...runs.map(r => `${hex(r.start)}: ${r.items.join(' ')}`),
    '[class] # first-last=class; all others have 0',
    ...wrapped(ranges.map(r => `${hex(r.start)}-${hex(r.end)}=${r.ccc}`), 10),
    '[exclusion] # never composed (CompositionExclusions.txt)',
    ...wrapped(exclusions, 16),
    '[radical] # radicals and the ideographs they look like (EquivalentUnifiedIdeograph.txt)',
    ...wrapped(radicals, 12),
  ].join('\n') + '\n';
}

// Unihan's properties of ideographs that names may hold: the whole first block, and of the others those of the table of general standard
// characters (通用规范汉字表, kTGH).
function unihan() {
  const read = (file, property) => new Map(lines(file).map(l => l.split('\t')).filter(f => f[0].startsWith('U+') && f[1] === property)
    .map(([code, , value]) => [String.fromCodePoint(parseInt(code.slice(2), 16)), value]));
  const standard = read('Unihan_OtherMappings.txt', 'kTGH');
  const chars = ['〇'];
  for (let point = 0x4E00; point <= 0x9FFF; point++) chars.push(String.fromCodePoint(point));
  chars.push(...[...standard.keys()].filter(c => c < '\u4E00' || c > '\u9FFF'));
  return { chars, strokes: read('Unihan_IRGSources.txt', 'kTotalStrokes'), mandarin: read('Unihan_Readings.txt', 'kMandarin') };
}

// Classes of strokes as names are ordered by them: 横 (with 提) 1, 竖 (with 竖钩) 2, 撇 3, 点 (with 捺) 4, 折 5.
const strokeClass = letter => ({ j: 1, i: 1, f: 2, g: 2, s: 3, k: 4, d: 4, l: 4 })[letter] ?? 5;

function strokeOrder({ chars, strokes }) {
  const orders = createRequire(import.meta.url)(join(fetched('cnchar-order'), 'cnchar.order.min.js')).dict.orders;
  const known = new Map();
  let differing = 0;
  for (const char of chars) {
    const count = Number((strokes.get(char) ?? '0').split(' ')[0]);
    const sequence = orders[char] ? [...orders[char]].map(strokeClass).join('') : '';
    differing += sequence && sequence.length !== count ? 1 : 0;
    known.set(char, { count: sequence.length || count, sequence });
  }
  console.error(`strokes: ${[...known.values()].filter(k => k.sequence).length} with their order, ${differing} of them counted differently by Unihan`);
  return known;
}

// By count, then stroke by stroke; those whose order is not known stand behind the others of their count, by code point (that is by radical).
const byStrokes = known => (a, b) => {
  const [x, y] = [known.get(a), known.get(b)];
  return (x.count || 99) - (y.count || 99) || (x.sequence || '9').localeCompare(y.sequence || '9', 'en') || a.codePointAt(0) - b.codePointAt(0);
};

function strokes(chars, known) {
  const groups = new Map();
  for (const char of [...chars].sort(byStrokes(known))) {
    const { count, sequence } = known.get(char);
    const key = sequence || `${count}?`;
    groups.set(key, (groups.get(key) ?? '') + char);
  }
  return [
    '# Ideographs by number of strokes, then stroke by stroke, made by build/text-tables.mjs.',
    '# A line: the strokes (1 横 提, 2 竖 竖钩, 3 撇, 4 点 捺, 5 折), or their number and ? where the order is not known; then the characters.',
    unihanNotice,
    licence('cnchar-order'),
    ...[...groups].map(([key, text]) => `${key} ${text}`),
  ].join('\n') + '\n';
}

// Surnames that pinyin-pro does not list or reads as the common word (现代汉语词典, 第7版).
const ourSurnames = [['种', ['chong2']], ['秘', ['bi4']], ['祭', ['zhai4']], ['洗', ['xian3']], ['谌', ['chen2']]];

const tones = { '\u0304': 1, '\u0301': 2, '\u030C': 3, '\u0300': 4 };
function numbered(reading) {
  let tone = 0;
  const letters = [...reading.normalize('NFD')].filter(c => { if (tones[c]) tone = tones[c]; return !tones[c]; }).join('').normalize('NFC');
  return letters + tone;
}

// By letters, ü behind u, then by tone.
const syllableKey = s => [s.slice(0, -1).replaceAll('ü', 'u'), s.includes('ü') ? 1 : 0, s.at(-1)];
function bySyllable(a, b) {
  const [x, y] = [syllableKey(a), syllableKey(b)];
  return x[0] < y[0] ? -1 : x[0] > y[0] ? 1 : x[1] - y[1] || x[2] - y[2];
}

function pinyin({ chars, mandarin }, known) {
  const lib = createRequire(import.meta.url)(join(fetched('pinyin-pro'), 'dist', 'index.js'));
  const read = (text, options) => lib.pinyin(text, { type: 'array', ...options });
  const first = new Map();
  const further = new Map();
  const put = (map, syllable, char) => map.set(syllable, [...(map.get(syllable) ?? []), char]);
  for (const char of chars) {
    let readings = read(char, { multiple: true }).filter(r => r !== char);
    if (!readings.length) readings = (mandarin.get(char) ?? '').split(' ').filter(r => r);
    const unique = [...new Set(readings.map(numbered))];
    unique.forEach((syllable, i) => put(i ? further : first, syllable, char));
  }

  // Readings as a surname, where they are not the first reading anyway; all compound surnames.
  const source = readFileSync(join(fetched('pinyin-pro'), 'dist', 'esm', 'data', 'surname.mjs'), 'utf8');
  const surnames = [...source.matchAll(/^ {4}(\p{Script=Han}+): '([^']+)'/gmu)].map(m => [m[1], m[2].split(' ').map(numbered)])
    .concat(ourSurnames)
    .filter(([name, [syllable]]) => [...name].length > 1 || !(first.get(syllable) ?? []).includes(name))
    .sort((a, b) => a[0] < b[0] ? -1 : 1);
  for (const [name, readings] of surnames) {
    [...name].forEach((char, i) => {
      if (!(first.get(readings[i]) ?? []).includes(char) && !(further.get(readings[i]) ?? []).includes(char)) put(further, readings[i], char);
    });
  }
  const syllables = [...new Set([...first.keys(), ...further.keys(), ...surnames.flatMap(s => s[1])])].sort(bySyllable);
  const line = (map, s) => [...(map.get(s) ?? [])].sort(byStrokes(known)).join('');
  return [
    '# Readings of ideographs in the order of pinyin, made by build/text-tables.mjs.',
    '# A line: the syllable and its tone (0 = neutral), the characters with this as first reading by their strokes, | and those that have it as well.',
    unihanNotice,
    licence('pinyin-pro'),
    ...syllables.map(s => `${s} ${line(first, s)}${further.has(s) ? '|' + line(further, s) : ''}`),
    '[surname] # surnames that are read differently from the first reading of the character, and compound surnames',
    ...surnames.map(([name, readings]) => `${name} ${readings.join(' ')}`),
  ].join('\n') + '\n';
}

const once = make => { let made; return () => (made ??= make()); };
const ideographs = once(unihan);
const known = once(() => strokeOrder(ideographs()));
const tables = {
  'src/Mingjian.Primitives/Text/canonical.txt': canonical,
  'src/Mingjian.Collation/pinyin.txt': () => pinyin(ideographs(), known()),
  'src/Mingjian.Collation/strokes.txt': () => strokes(ideographs().chars, known()),
};
const wanted = process.argv.slice(2).filter(a => !a.startsWith('--'));
for (const [file, make] of Object.entries(tables).filter(([f]) => !wanted.length || wanted.some(w => f.endsWith('/' + w)))) {
  const text = make();
  const path = join(root, file);
  const same = existsSync(path) && readFileSync(path, 'utf8') === text;
  console.log(`${same ? 'same' : 'differs'}  ${file}  ${Buffer.byteLength(text)} bytes`);
  if (same) continue;
  if (process.argv.includes('--check')) process.exitCode = 1;
  else writeFileSync(path, text);
}
