/** Encrypts payloads with AES-GCM, on WebCrypto. A subpath of its own, for those who need it. */
export { AesGcmCodec, type AesGcmCodecOptions } from './aes-gcm/aes-gcm-codec.js';
