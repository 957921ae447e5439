export declare class LeaseWitness {
  statementOn(id: string): { readonly held: boolean; readonly sentAt: number };
  watch<Storage extends object>(storage: Storage, options?: { readonly thinkMs?: number }): Storage;
}
