/** The names of syslog(3) facilities, by number; those without a name are their number. */
export const facilities: readonly string[] =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp 12 13 14 15 local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  );
