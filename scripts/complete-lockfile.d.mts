export function platformOf(name: string): { os: string[]; cpu: string[]; libc?: string[] } | undefined;
export function completeLockfile(lock: { packages: Record<string, object> }): string[];
export function withoutIntegrity(lock: { packages: Record<string, object> }): string[];
