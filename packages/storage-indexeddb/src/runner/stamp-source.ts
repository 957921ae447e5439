import type { RandomSource } from '@cpc/sync-core';

/** Texts that never repeat: 96 random bits for this instance, and a count. */
export function stampSource(random: RandomSource): () => string {
  let instance: string | undefined;
  let count = 0;
  return () => {
    instance ??= randomText(random);
    count++;
    return `${instance}.${count.toString(36)}`;
  };
}

function randomText(random: RandomSource): string {
  const bytes = new Uint8Array(12);
  random.fill(bytes);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
