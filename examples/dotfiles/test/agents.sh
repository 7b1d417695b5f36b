#!/bin/sh
# For `reconcile embedded run`: HOME is an empty folder, launchctl is that of a launchd of our own, and all of it is gone
# when this script ends. Whatever fails here fails the test.
set -eu
server=gui/$(id -u)/com.example.dotfiles.serve-notes

mkdir "$HOME/Notes"
echo 'buy milk' > "$HOME/Notes/list.txt"

reconcile apply --yes
reconcile plan --detailed-exitcode # 2 if a second apply would change anything

pid() { launchctl print "$server" | sed -n 's/^\tpid = //p'; }
before=$(pid)
launchctl kickstart -k "$server"
after=$(pid)
if [ -z "$before" ] || [ -z "$after" ] || [ "$before" = "$after" ]; then
  echo "The server has not come back: pid '$before', then '$after'." >&2
  exit 1
fi

# A note that changes starts the index.
echo 'write tests' >> "$HOME/Notes/list.txt"
tries=0
until launchctl print "gui/$(id -u)/com.example.dotfiles.index-notes" | grep -q 'runs = [1-9]'; do
  tries=$((tries + 1))
  [ "$tries" -le 100 ] || { echo 'The index has not started.' >&2; exit 1; }
  sleep 0.2
done

reconcile status
reconcile destroy --yes
