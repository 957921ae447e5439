export declare class LeaseWitness {
  holds(id: string): boolean;
  watch<Storage extends object>(storage: Storage, options?: { readonly thinkMs?: number }): Storage;
}
