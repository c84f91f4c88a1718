import { compareManagers } from './both.ts';

const unit = '[Unit]\nDefaultDependencies=no\nDescription=to be edited\n[Service]\nType=oneshot\nExecStart=/bin/true';

/** That nothing was changed is told by later versions and by tysd. An editor that shows what it is given, with the random end of the name left out, and one that writes between the marks. */
const editors = `
  cat >/run/show <<'E'
#!/bin/bash
for file; do echo "== $(echo "$file" | sed -E 's/[0-9a-f]{16}$//')"; cat "$file"; echo "|"; stat -c '%a %U' "$file"; done
E
  cat >/run/nice <<'E'
#!/bin/bash
for file; do sed -i '/^### Lines below/i [Service]\\nNice=3' "$file"; done
E
  cat >/run/describe <<'E'
#!/bin/bash
for file; do sed -i '/^Description=/s/=.*/=edited/' "$file"; done
E
  cat >/run/fill <<'E'
#!/bin/bash
for file; do printf '[Service]\\nType=oneshot\\nExecStart=/bin/true\\n' >"$file"; done
E
  chmod 755 /run/show /run/nice /run/describe /run/fill
  edit() { local editor=$1; shift; echo "\\$ edit $*"; SYSTEMD_EDITOR=/run/$editor script -qec "systemctl edit $*" /dev/null </dev/null | tr -d '\\r' | grep -v 'nothing was changed'; }
  text() { for path; do echo "$path:"; cat "$path" 2>&1; echo; done; }`;

compareManagers('edit', {
  'a drop-in is made, shown with what the unit is, and changed': {
    units: { 'edit-one.service': unit },
    script: `
      ${editors}
      edit show edit-one
      edit nice edit-one
      text /etc/systemd/system/edit-one.service.d/override.conf | grep .
      stat -c %a /etc/systemd/system/edit-one.service.d/override.conf
      get edit-one.service Nice DropInPaths NeedDaemonReload
      edit show edit-one
      ls -A /etc/systemd/system/edit-one.service.d`,
    alone: true,
  },
  'a whole file is copied, changed, and reverted': {
    script: `
      ${editors}
      mkdir -p /usr/local/lib/systemd/system
      printf '[Unit]\\nDescription=of the vendor\\n[Service]\\nType=oneshot\\nExecStart=/bin/true\\n' >/usr/local/lib/systemd/system/edit-vendor.service
      edit describe --full edit-vendor
      text /etc/systemd/system/edit-vendor.service | grep .
      get edit-vendor.service FragmentPath Description
      edit nice edit-vendor
      run systemctl revert edit-vendor 2>&1 | sort
      systemctl daemon-reload
      get edit-vendor.service FragmentPath Description Nice`,
    alone: true,
  },
  'what cannot be edited, and what is new': {
    units: { 'edit-there.service': unit },
    script: `
      ${editors}
      run systemctl edit edit-there
      edit show edit-none
      edit show --full edit-none
      edit fill --full --force edit-new
      text /etc/systemd/system/edit-new.service | grep .
      get edit-new.service LoadState
      edit fill --force edit-newer
      text /etc/systemd/system/edit-newer.service.d/override.conf | grep .
      edit nice --runtime edit-there
      text /run/systemd/system/edit-there.service.d/override.conf | grep .
      edit nice edit-there
      edit nice --runtime edit-there
      systemctl mask edit-masked 2>/dev/null
      edit nice edit-masked
      edit nice 'edit-nothing*'
      edit show edit-there edit-new`,
    alone: true,
  },
});
