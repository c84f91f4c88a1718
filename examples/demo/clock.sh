#!/bin/sh
# A daemon by sd_notify(3): it says when it is ready, tells its status, and feeds its watchdog.
sleep 0.2
systemd-notify --ready --status="up since $(date +%T)"
while :; do
  sleep 3
  systemd-notify WATCHDOG=1 "STATUS=it is $(date +%T)"
done
