// Certificates of a server on loopback, made for a test: an authority signs one for a name, for as long as is asked.
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

export interface CertificateOptions {
  /** DNS name or IPv4 address. */
  readonly host?: string;
  /** Days from now on; negative: it has expired. */
  readonly days?: number;
}

export interface Certificate {
  /** PEM, both. */
  readonly key: string;
  readonly cert: string;
}

/** An authority, whose own certificate is to be trusted, and what it signs. */
export function authority() {
  const own = pair();
  const cert = certificate(own.publicKey, own.privateKey, 'authority', { isAuthority: true });
  return {
    cert,
    issue({ host = '127.0.0.1', days = 30 }: CertificateOptions = {}): Certificate {
      const { publicKey, privateKey } = pair();
      return { key: pem(privateKey), cert: certificate(publicKey, own.privateKey, host, { days }) };
    },
  };
}

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** X.509 v3, RFC 5280. */
function certificate(
  subjectKey: KeyObject,
  signer: KeyObject,
  name: string,
  { isAuthority = false, days = 30 }: { isAuthority?: boolean; days?: number },
): string {
  const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ECDSA_SHA256,
    commonName('authority'),
    sequence(time(Math.min(days, 0) - 1), time(days)),
    commonName(name),
    subjectKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        isAuthority
          ? extension([0x55, 0x1d, 0x13], sequence(der(0x01, Buffer.of(0xff))))
          : extension([0x55, 0x1d, 0x11], sequence(alternativeName(name))),
      ),
    ),
  );
  const signature = der(0x03, Buffer.concat([Buffer.of(0), sign('sha256', body, signer)]));
  const text = sequence(body, ECDSA_SHA256, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${text.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

/** Tag, length and content. */
function der(tag: number, ...content: Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  const size = bytes.length;
  const length =
    size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), bytes]);
}

const sequence = (...content: Uint8Array[]) => der(0x30, ...content);
const oid = (...bytes: number[]) => der(0x06, Buffer.from(bytes));

const commonName = (name: string) =>
  sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(name)))));

const extension = (id: number[], value: Buffer) => sequence(oid(...id), der(0x04, value));

const alternativeName = (name: string) =>
  /^[\d.]+$/.test(name)
    ? der(0x87, Buffer.from(name.split('.').map(Number)))
    : der(0x82, Buffer.from(name));

/** UTCTime. */
function time(days: number): Buffer {
  const digits = new Date(Date.now() + days * 86_400_000).toISOString().replace(/\D/g, '');
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}
