// Texts on which tokenizers have hung: from reports about other tools, and text that no ordinary file contains.
import { mulberry32 } from '../golden/fuzz';

/** `source`: code, for the texts derived from it. */
export function pathologicalTexts(length: number, source: string): [name: string, text: string][] {
  const draw = mulberry32(1);
  const of = (unit: string) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
  const base64 = Array.from({ length }, () => BASE64[draw(64)]).join('');
  return [
    ['one letter', of('a')],
    ['ten letters in turn', of('abcdefghij')],
    ['underscores', of('_')],
    ['spaces', of(' ')],
    ['line ends', of('\n')],
    ['spaces and line ends', of(' \n')],
    ['digits', of('0123456789')],
    ['base64', base64],
    ['a minified line', of(source.replace(/\s+/g, ''))],
    ['Chinese', of('天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏')],
    ['Thai', of('มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ')],
    ['families of emoji', of('👩‍👩‍👧‍👦')],
    ['accents on one letter', `a${of('\u0301')}`],
  ];
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
