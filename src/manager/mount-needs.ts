/** A unit that uses a path below a mount point, and how it is to depend on the mount. */
interface Needer {
  readonly unit: string;
  readonly key: 'Requires' | 'Wants';
}

/** Who uses paths below mount points at which nothing is mounted so far (systemd.unit(5), RequiresMountsFor=). */
export class MountNeeds {
  readonly #needers = new Map<string, Map<string, Needer>>();
  readonly #mounts = new Map<string, string[]>();

  note(mount: string, needer: Needer): void {
    const needers = this.#needers.get(mount);
    if (needers === undefined) this.#needers.set(mount, new Map([[needer.unit, needer]]));
    else needers.set(needer.unit, needer);
    const mounts = this.#mounts.get(needer.unit);
    if (mounts === undefined) this.#mounts.set(needer.unit, [mount]);
    else mounts.push(mount);
  }

  /** Who needs the mount. */
  of(mount: string): Iterable<Needer> {
    return this.#needers.get(mount)?.values() ?? [];
  }

  /** The unit is unloaded. */
  forget(unit: string): void {
    for (const mount of this.#mounts.get(unit) ?? []) {
      const needers = this.#needers.get(mount);
      needers?.delete(unit);
      if (needers?.size === 0) this.#needers.delete(mount);
    }
    this.#mounts.delete(unit);
  }
}
