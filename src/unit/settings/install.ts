export interface InstallSettings {
  readonly Alias: readonly string[];
  readonly WantedBy: readonly string[];
  readonly RequiredBy: readonly string[];
  readonly UpheldBy: readonly string[];
  readonly Also: readonly string[];
  readonly DefaultInstance: string;
}
