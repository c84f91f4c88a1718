/** A boolean as systemd prints it; what is not set counts as no. */
export function yesNo(on: boolean | undefined): string {
  return on === true ? 'yes' : 'no';
}
